using LongTake.Tensors.Parameters;

namespace LongTake.Models.Vision.Faces;

// The parameter lists. Source: spec metric-models, section 9.
public sealed partial class FaceNetwork
{
    /// <summary>Names (those of insightface's PyTorch files) and shapes of all parameters and running statistics, with initial values for tests.</summary>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public static IReadOnlyList<ParameterSpec> Specs(FaceNetworkConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        List<ParameterSpec> specs = [Convolution("conv1", 3, config.Width, 3), .. Norm("bn1", config.Width), Slope("prelu", config.Width)];
        int channels = config.Width;
        for (int stage = 0; stage < FaceNetworkConfig.StageCount; stage++)
        {
            int width = config.WidthOf(stage);
            for (int i = 0; i < config.Blocks[stage]; i++)
            {
                string block = BlockName(stage, i);
                specs.AddRange(Norm(block + "bn1", channels));
                specs.Add(Convolution(block + "conv1", channels, width, 3));
                specs.AddRange(Norm(block + "bn2", width));
                specs.Add(Slope(block + "prelu", width));
                specs.Add(Convolution(block + "conv2", width, width, 3));
                specs.AddRange(Norm(block + "bn3", width));
                if (i == 0)
                {
                    specs.Add(Convolution(block + "downsample.0", channels, width, 1));
                    specs.AddRange(Norm(block + "downsample.1", width));
                }
                channels = width;
            }
        }
        int flat = channels * config.LastSize * config.LastSize;
        return
        [
            .. specs,
            .. Norm("bn2", channels),
            new("fc.weight", [config.EmbeddingDim, flat], ParameterInit.Normal, 1 / MathF.Sqrt(flat)),
            new("fc.bias", [config.EmbeddingDim]),
            .. Norm("features", config.EmbeddingDim),
        ];
    }

    private static string BlockName(int stage, int index) => $"layer{stage + 1}.{index}.";

    private static ParameterSpec Convolution(string name, int inputs, int outputs, int kernel) =>
        new(name + ".weight", [outputs, inputs, kernel, kernel], ParameterInit.Normal, 1 / MathF.Sqrt(inputs * kernel * kernel));

    private static ParameterSpec[] Norm(string name, int channels) =>
    [
        new(name + ".weight", [channels], ParameterInit.Ones),
        new(name + ".bias", [channels]),
        new(name + ".running_mean", [channels]),
        new(name + ".running_var", [channels], ParameterInit.Ones),
    ];

    private static ParameterSpec Slope(string name, int channels) => new(name + ".weight", [channels], ParameterInit.Normal, 0.25f);
}
