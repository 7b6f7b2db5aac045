using LongTake.Generation.Clips;
using LongTake.Generation.Methods.Fifo;
using LongTake.Generation.Methods.Miga;
using LongTake.Generation.Samplers;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Memory;

namespace LongTake.Generation.Tests.Clips;

[Collection(AloneCollection.Name)]
public class ClipMemoryTests
{
    public static TheoryData<string> Methods => ["miga", "fifo", "search"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Two_thousand_latents_need_no_more_memory_than_two_hundred(string name)
    {
        ClipMethod method = Method(name);
        long few = Peak(method, 200);
        long many = Peak(method, 2000);
        Assert.True(many <= few * 1.02, $"{few} bytes for 200 latents, {many} for 2000");
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_plan_says_what_a_stream_takes(string name)
    {
        ClipMethod method = Method(name);
        ClipRunInfo run = method.Prepare(ClipFixture.Info(5, 200, SamplerKind.UniPC) with { Height = 16, Width = 16 });
        long planned = method.Plan(run).HeldBytes;
        long before = NativeMemoryPool.Shared.BytesInUse;
        using LatentStream stream = method.Start(run, new MixingNetwork());
        for (int i = 0; i < 100; i++)
        {
            stream.Advance()?.Dispose();
        }
        long taken = NativeMemoryPool.Shared.BytesInUse - before;

        // Small pieces of memory are rounded up.
        Assert.InRange(taken, planned / 2, (long)(planned * 1.15));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Warm_units_allocate_next_to_nothing_and_give_all_back(string name)
    {
        long before = NativeMemoryPool.Shared.BytesInUse;
        using (LatentStream stream = Method(name).Start(Method(name).Prepare(ClipFixture.Info(5, null, SamplerKind.UniPC)), new MixingNetwork()))
        {
            while (stream.Emitted < 60)
            {
                stream.Advance()?.Dispose();
            }
            long units = 0;
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            for (; stream.Emitted < 120; units++)
            {
                stream.Advance()?.Dispose();
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;

            // Noise comes from a generator object a latent; a judgment is an object.
            Assert.True(allocated / units < 2048, $"{allocated / units} bytes a unit");
        }
        Assert.Equal(before, NativeMemoryPool.Shared.BytesInUse);
    }

    /// <summary>However many prompts a call has, keys and values are held of a few.</summary>
    [Fact]
    public void Prompts_of_one_call_beyond_those_held_keep_no_keys()
    {
        using TinyModel model = new();

        // Once before, so that what the transformer makes once is there.
        Held(1);
        long few = Held(ClipNetwork.HeldPrompts);
        long many = Held(ClipNetwork.HeldPrompts + 10);
        WanTransformerConfig config = TinyModel.Config;
        long tokens = sizeof(float) * 10L * config.TextLength * config.Dim;
        Assert.InRange(many - few, tokens / 2, 2 * tokens);

        long Held(int prompts)
        {
            ClipRunInfo run = ClipFixture.Info(20, 20, prompts: [.. Enumerable.Range(0, prompts).Select(p => (long)p)]) with
            {
                Height = TinyModel.Side,
                Width = TinyModel.Side,
            };
            using TensorScope scope = TensorScope.Open();
            using ClipNetwork network = new(model.Compute, model.Transformer, run, [.. Enumerable.Range(0, prompts).Select(p => TinyModel.Prompt(p))]);
            using ClipCall call = new(20, run.Latent);
            float[] latent = new float[run.LatentSize];
            for (int f = 0; f < call.Frames; f++)
            {
                call.Set(f, latent, 500, run.PromptAt(f), f);
            }
            long before = NativeMemoryPool.Shared.BytesInUse;
            network.Predict(call);
            network.Predict(call);
            return NativeMemoryPool.Shared.BytesInUse - before;
        }
    }

    private static long Peak(ClipMethod method, long latents)
    {
        using LatentStream stream = method.Start(method.Prepare(ClipFixture.Info(5, latents, SamplerKind.UniPC)), new MixingNetwork());
        NativeMemoryPool.Shared.ResetPeak();
        while (!stream.IsDone)
        {
            stream.Advance()?.Dispose();
        }
        return NativeMemoryPool.Shared.PeakBytesInUse;
    }

    private static ClipMethod Method(string name) => name switch
    {
        "fifo" => new FifoOptions { Partitions = 2 }.ToMethod(),
        "search" => new MigaOptions { Steps = 10, Zigzag = 2, UnifiedSteps = 3, Guidance = 1, ReflectPosition = 2, Threshold = 0 }.ToMethod(),
        _ => new MigaOptions { Steps = 10, Zigzag = 2, UnifiedSteps = 3, Guidance = 1, Reflect = false }.ToMethod(),
    };
}
