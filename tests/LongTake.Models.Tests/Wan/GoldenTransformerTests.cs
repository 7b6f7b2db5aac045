using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Wan;

/// <summary>The transformer against the reference implementation's outputs and intermediates.</summary>
[Trait("Category", "Golden")]
public sealed class GoldenTransformerTests
{
    [GoldenTheory]
    [MemberData(nameof(GoldenFixture.Names), "wan_dit_", MemberType = typeof(GoldenFixture))]
    public void Bidirectional_transformer_matches_the_reference(string name)
    {
        using CpuBackend backend = new();
        CheckPaddedBatch(name, backend);
    }

    [GoldenTheory]
    [MemberData(nameof(GoldenFixture.Names), "wan_dit_", MemberType = typeof(GoldenFixture))]
    public void Scalar_loops_match_the_reference(string name)
    {
        using ReferenceBackend backend = new();
        CheckPaddedBatch(name, backend);
    }

    [GoldenTheory]
    [MemberData(nameof(GoldenFixture.Names), "wan_dit_", MemberType = typeof(GoldenFixture))]
    public void Samples_on_their_own_match_the_reference(string name)
    {
        using GoldenFixture fixture = GoldenFixture.Load(name);
        using CpuBackend backend = new();
        Compute compute = new(backend);
        using ParameterStore parameters = fixture.Weights();
        using WanTransformer transformer = new(WanTransformerConfig.Parse(fixture.Config, name), parameters);
        using TensorScope scope = TensorScope.Open();
        for (int i = 0; fixture.Has($"inputs.x{i}"); i++)
        {
            Shape s = fixture.Tensor($"inputs.x{i}").Shape;
            Shape c = fixture.Tensor($"inputs.context{i}").Shape;
            Tensor latents = fixture.Tensor($"inputs.x{i}").View([1, s[0], s[1], s[2], s[3]]);
            using TextContext text = transformer.PrepareText(compute, fixture.Tensor($"inputs.context{i}").View([1, c[0], c[1]]));
            using FullAttention attention = new(transformer.Rotary, transformer.Config.GridOf(s[1], s[2], s[3]));

            Tensor velocity = transformer.Forward(compute, latents, fixture.Tensor("inputs.t").Rows(i, 1), text, attention);

            fixture.AssertClose($"outputs.velocity{i}", velocity.View(s));
        }
    }

    [GoldenTheory]
    [MemberData(nameof(TrainingFixtures))]
    public void Causal_training_forward_matches_the_reference(string name)
    {
        using GoldenFixture fixture = GoldenFixture.Load(name);
        using CpuBackend backend = new();
        Compute compute = new(backend);
        using ParameterStore parameters = fixture.Weights();
        using WanTransformer transformer = new(WanTransformerConfig.Parse(fixture.Config, name), parameters);
        using TensorScope scope = TensorScope.Open();
        Tensor x = fixture.Tensor("inputs.x");
        TokenGrid grid = transformer.Config.GridOf(x.Shape[2], x.Shape[3], x.Shape[4]);
        Assert.Equal(fixture.Config.GetProperty("frame_seq_length").GetInt32(), grid.TokensPerFrame);
        int framesPerBlock = fixture.Config.GetProperty("num_frame_per_block").GetInt32();
        int local = fixture.Config.GetProperty("local_attn_size").GetInt32();
        bool firstAlone = fixture.Config.GetProperty("independent_first_frame").GetBoolean();
        using TextContext text = transformer.PrepareText(compute, fixture.Tensor("inputs.context"));
        bool teacherForcing = fixture.Has("inputs.clean_x");
        using FullAttention attention = teacherForcing
            ? FullAttention.TeacherForcing(transformer.Rotary, grid, framesPerBlock)
            : FullAttention.BlockCausal(transformer.Rotary, grid, framesPerBlock, local < 0 ? null : local, firstAlone);

        Tensor timesteps = fixture.Tensor("inputs.t");
        Tensor velocity = teacherForcing
            ? transformer.ForwardTeacherForcing(
                compute, x, timesteps, fixture.Tensor("inputs.clean_x"), fixture.Tensor("inputs.aug_t"), text, attention)
            : transformer.Forward(compute, x, timesteps, text, attention);

        fixture.AssertClose("outputs.flow", velocity);
    }

    /// <summary>All but the masks, which have a test of their own.</summary>
    public static TheoryData<string> TrainingFixtures()
    {
        TheoryData<string> names = [];
        foreach (string name in GoldenFixture.Names("causal_train_"))
        {
            if (name != "causal_train_masks")
            {
                names.Add(name);
            }
        }
        return names;
    }

    private static void CheckPaddedBatch(string name, Backend backend)
    {
        using GoldenFixture fixture = GoldenFixture.Load(name);
        Compute compute = new(backend);
        using ParameterStore parameters = fixture.Weights();
        using WanTransformer transformer = new(WanTransformerConfig.Parse(fixture.Config, name), parameters);
        using TensorScope scope = TensorScope.Open();
        List<Tensor> latents = [];
        List<TokenGrid> grids = [];
        int samples = fixture.TensorNames("inputs.x").Count;
        Tensor embeddings = Tensor.Zeros([samples, transformer.Config.TextLength, transformer.Config.TextDim]);
        for (int i = 0; i < samples; i++)
        {
            Tensor x = fixture.Tensor($"inputs.x{i}");
            latents.Add(x);
            grids.Add(transformer.Config.GridOf(x.Shape[1], x.Shape[2], x.Shape[3]));
            fixture.Tensor($"inputs.context{i}").Span.CopyTo(embeddings.Row(i).Span);
        }
        using PaddedAttention attention = new(transformer.Rotary, grids, fixture.Call.GetProperty("seq_len").GetInt32());
        List<string> compared = [];
        transformer.Inspect = attention.Inspect = Compare;

        using TextContext text = transformer.PrepareText(compute, embeddings);
        Tensor[] velocities = transformer.ForwardBatch(compute, latents, fixture.Tensor("inputs.t"), text, attention);

        for (int i = 0; i < samples; i++)
        {
            fixture.AssertClose($"outputs.velocity{i}", velocities[i]);
        }

        // What a fused operation computes cannot be seen: only the outputs of block 0's three parts before their gates.
        Assert.Equal(fixture.TensorNames("intermediate.").Count - 3, compared.Count);

        void Compare(string what, Tensor tensor)
        {
            string stored = $"intermediate.{what}";
            if (fixture.Has(stored))
            {
                using Tensor view = tensor.View(fixture.Tensor(stored).Shape);
                fixture.AssertClose(stored, view);
                compared.Add(what);
            }
        }
    }
}
