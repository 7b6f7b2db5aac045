using LongTake.Generation.Methods;
using LongTake.Generation.Methods.InfLvg;
using LongTake.Generation.Streaming;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Generation.Tests.Methods.InfLvg;

public sealed class InfLvgPolicyFileTests(PolicyFixture policies) : IClassFixture<PolicyFixture>
{
    [Fact]
    public void A_policy_is_read_back_as_it_was_written()
    {
        InfLvgPolicyConfig config = PolicyFixture.Config with { Text = PolicyText.Both, Transitions = 2, Depth = 2, Eps = 1e-5f };
        InfLvgPolicyFile file = InfLvgPolicyFile.Open(policies.Write(config));
        Assert.Equal(config, file.Config);
        using ParameterStore read = file.Load();
        using ParameterStore written = ParameterStore.CreateRandom(InfLvgPolicy.Specs(config), 3);
        foreach (string name in written.Names)
        {
            Assert.Equal(written[name].Span.ToArray(), read[name].Span.ToArray());
        }
        Assert.NotEqual(file.Identity, InfLvgPolicyFile.Open(policies.Write(config, seed: 4)).Identity);
    }

    [Fact]
    public void What_is_no_policy_is_refused_by_name()
    {
        string missing = policies.At("missing.safetensors");
        Assert.Contains($"There is no policy '{missing}'", Refused(missing), StringComparison.Ordinal);

        string other = policies.At("other.safetensors");
        using Tensor weights = Tensor.Zeros([2, 2]);
        SafetensorsWriter.Write(other, [KeyValuePair.Create("x", weights)]);
        Assert.Contains("holds no policy of InfLVG", Refused(other), StringComparison.Ordinal);

        string damaged = policies.At("damaged.safetensors");
        Copy(policies.Write(), damaged, "depth", "2");
        Assert.Contains("are not what its header says: 14 missing", Refused(damaged), StringComparison.Ordinal);
        Copy(policies.Write(), damaged, "heads", "5");
        Assert.Contains("header of the policy", Refused(damaged), StringComparison.Ordinal);
        Copy(policies.Write(), damaged, "key_layer", "one");
        Assert.Contains("is damaged", Refused(damaged), StringComparison.Ordinal);
        string trained = policies.Write(context: new InfLvgContextSizes(1, 2, 1, 6));
        Copy(trained, damaged, "context_keep", "0");
        Assert.Contains("is damaged: inflvg: keep is 0", Refused(damaged), StringComparison.Ordinal);
        Copy(policies.Write(), damaged, "context_keep", "2");
        Assert.Contains("is damaged: it lacks 'context_sink'", Refused(damaged), StringComparison.Ordinal);
        Assert.Contains(
            "choose random conflicts with the policy",
            Assert.Throws<ArgumentException>(() => PolicyFixture.Method(policies.Write(), "choose=random")).Message);

        static string Refused(string path) => Assert.Throws<CheckpointException>(
            () => MethodPresets.Create("inflvg", new Dictionary<string, string> { ["policy"] = path })).Message;
    }

    [Fact]
    public void A_policy_of_another_model_is_refused_before_any_work()
    {
        using TinyModel model = new();
        InfLvgPolicyConfig wider = PolicyFixture.Config with { Dim = 48 };
        Assert.Contains(
            "was trained for a model of 2 blocks, width 48 and 2 heads; this one has 2, 24 and 2",
            Assert.Throws<ArgumentException>(() => model.Generator(PolicyFixture.Method(policies.Write(wider)))).Message);
        string path = policies.Write();
        model.Parameters[$"blocks.{PolicyFixture.Config.KeyLayer}.self_attn.k.weight"].Span[3] += 1;
        Assert.Contains(
            "a model of this size with other weights",
            Assert.Throws<ArgumentException>(() => model.Generator(PolicyFixture.Method(path))).Message);
    }

    [Fact]
    public void A_policy_brings_its_context_and_settings_come_before_it()
    {
        InfLvgContextSizes sizes = new(2, 3, 1, 9);
        string path = policies.Write(context: sizes);
        Assert.Equal(sizes, InfLvgPolicyFile.Open(path).Context);
        StreamingMethod method = Method(path);
        Assert.Equal(sizes, ContextOf(method));
        Assert.Empty(method.Notes);
        Assert.Contains(KeyValuePair.Create("scene", "9"), method.Settings);
        method = Method(path, ("keep", "4"), ("recent", "1"));
        Assert.Equal(sizes with { Keep = 4 }, ContextOf(method));
        string note = Assert.Single(method.Notes);
        Assert.Contains("was trained with sink=2, keep=3, recent=1, scene=9, and is used with sink=2, keep=4, recent=1, scene=9", note, StringComparison.Ordinal);

        // One from before contexts were kept has the preset's, and says so.
        string older = policies.Write();
        Assert.Null(InfLvgPolicyFile.Open(older).Context);
        method = Method(older);
        Assert.Equal(new InfLvgOptions().Sizes, ContextOf(method));
        Assert.Contains(
            $"'{older}' does not say under which context it was trained; it is used with sink=1, keep=6, recent=2, scene=48",
            Assert.Single(method.Notes),
            StringComparison.Ordinal);

        static StreamingMethod Method(string policy, params (string Name, string Value)[] settings) => MethodPresets.Create(
            "inflvg", new Dictionary<string, string>(settings.Select(s => KeyValuePair.Create(s.Name, s.Value))) { ["policy"] = policy });

        static InfLvgContextSizes ContextOf(StreamingMethod method)
        {
            InfLvgContext context = (InfLvgContext)method.Context(new RunInfo(1, 3, 12));
            return new InfLvgContextSizes(context.Sink, context.ChosenSlots, context.Recent, context.Scene);
        }
    }

    private static void Copy(string from, string to, string key, string value)
    {
        using SafetensorsFile file = SafetensorsFile.Open(from);
        SafetensorsWriter.Write(to, file, new Dictionary<string, string>(file.Metadata) { [key] = value });
    }
}
