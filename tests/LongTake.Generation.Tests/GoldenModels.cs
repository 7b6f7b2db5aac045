using System.Text.Json;
using LongTake.Generation.Methods.InfinityRope;
using LongTake.Generation.Methods.LongLive;
using LongTake.Generation.Methods.SelfForcing;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using LongTake.Tensors.Parameters;

namespace LongTake.Generation.Tests;

/// <summary>The networks and methods that the fixtures were computed with.</summary>
internal static class GoldenModels
{
    // Self-Forcing's cache without a local window ends there.
    private const int GlobalWindow = 21;

    public static WanTransformer Transformer(this GoldenFixture golden, out ParameterStore parameters)
    {
        parameters = golden.Weights();
        return new WanTransformer(WanTransformerConfig.Parse(golden.Config), parameters);
    }

    public static int Window(this GoldenFixture golden)
    {
        int window = golden.Config.GetProperty("local_attn_size").GetInt32();
        return window < 0 ? GlobalWindow : window;
    }

    public static int Int(this GoldenFixture golden, string name) => golden.Config.GetProperty(name).GetInt32();

    public static bool IsRelative(this GoldenFixture golden) => golden.Name.Contains("infinity", StringComparison.Ordinal);

    /// <summary>The preset of the method, with the fixture's numbers.</summary>
    public static StreamingMethod Method(this GoldenFixture golden)
    {
        int window = golden.Window();
        int sink = golden.Int("sink_size");
        bool globalSink = golden.Config.TryGetProperty("global_sink", out JsonElement g) && g.GetBoolean();
        return golden.Name switch
        {
            string n when n.Contains("infinityrope", StringComparison.Ordinal) => new InfinityRopeOptions { Window = window, Sink = sink }.ToMethod(),
            string n when n.Contains("longlive", StringComparison.Ordinal) || n.Contains("infinity", StringComparison.Ordinal) => new LongLiveOptions
            {
                Window = window,
                Sink = sink,
                SinkScope = globalSink ? SinkScope.Global : SinkScope.Reset,
                Infinite = golden.IsRelative(),
            }.ToMethod(),
            _ => new SelfForcingOptions { Window = window, Sink = sink }.ToMethod(),
        };
    }
}
