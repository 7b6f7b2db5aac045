using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Wan;

// The parameter list. Source: spec wan-model, section 3.9; initial values as the original code sets them.
public sealed partial class WanTransformer
{
    /// <summary>
    /// Names (original Wan keys), shapes and initial values of all parameters, in the order of the original checkpoint.
    /// Linear weights start Glorot-uniform, text and time embeddings normal(0.02), modulations normal(1/sqrt(d)), the head
    /// at zero.
    /// </summary>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public static IReadOnlyList<ParameterSpec> Specs(WanTransformerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        int d = config.Dim;
        SpecList specs = new(d);
        int patch = config.PatchInputSize;
        int area = config.PatchHeight * config.PatchWidth;

        // The original initialises the convolution as the linear layer that it is (fan out d, not d x patch area), and
        // leaves its bias at the framework's default, uniform in +-1/sqrt(fan in).
        specs.Add(
            "patch_embedding.weight",
            [d, config.InChannels, 1, config.PatchHeight, config.PatchWidth],
            ParameterInit.XavierUniform,
            MathF.Sqrt((patch + ((float)d * area)) / (patch + d)));
        specs.Add("patch_embedding.bias", [d], ParameterInit.FanInUniform, MathF.Sqrt((float)d / patch));

        specs.Linear("text_embedding.0", d, config.TextDim, ParameterInit.Normal, 0.02f);
        specs.Linear("text_embedding.2", d, d, ParameterInit.Normal, 0.02f);
        specs.Linear("time_embedding.0", d, config.FreqDim, ParameterInit.Normal, 0.02f);
        specs.Linear("time_embedding.2", d, d, ParameterInit.Normal, 0.02f);
        specs.Linear("time_projection.1", 6 * d, d);
        for (int i = 0; i < config.LayerCount; i++)
        {
            string block = $"blocks.{i}.";
            specs.Add(block + "modulation", [1, 6, d], ParameterInit.Normal, 1 / MathF.Sqrt(d));
            specs.Attention(block + "self_attn.");
            specs.Add(block + "norm3.weight", [d], ParameterInit.Ones);
            specs.Add(block + "norm3.bias", [d], ParameterInit.Zeros);
            specs.Attention(block + "cross_attn.");
            specs.Linear(block + "ffn.0", config.FfnDim, d);
            specs.Linear(block + "ffn.2", d, config.FfnDim);
        }
        specs.Add("head.modulation", [1, 2, d], ParameterInit.Normal, 1 / MathF.Sqrt(d));
        specs.Linear("head.head", config.PatchOutputSize, d, ParameterInit.Zeros);
        return specs.All;
    }

    /// <summary>Checks that a store holds exactly the parameters of <see cref="Specs"/>.</summary>
    private static void Check(WanTransformerConfig config, ParameterStore parameters)
    {
        IReadOnlyList<ParameterSpec> specs = Specs(config);
        HashSet<string> known = [];
        foreach (ParameterSpec spec in specs)
        {
            known.Add(spec.Name);
            if (!parameters.TryGet(spec.Name, out Tensor? tensor))
            {
                throw new ArgumentException($"The transformer's parameter '{spec.Name}' {spec.Shape} is missing.", nameof(parameters));
            }
            if (tensor.Shape != spec.Shape)
            {
                throw new ArgumentException(
                    $"The transformer's parameter '{spec.Name}' has shape {tensor.Shape}; the configuration needs {spec.Shape}.", nameof(parameters));
            }
            if (!tensor.DType.IsFloating())
            {
                throw new ArgumentException($"The transformer's parameter '{spec.Name}' holds {tensor.DType} values, not weights.", nameof(parameters));
            }
        }
        foreach (string name in parameters.Names)
        {
            // Some exports carry the rotary table along; it is computed here.
            if (!known.Contains(name) && name != "freqs")
            {
                throw new ArgumentException($"The transformer has no parameter '{name}'; is the checkpoint of another model?", nameof(parameters));
            }
        }
    }

    private sealed class SpecList(int d)
    {
        public List<ParameterSpec> All { get; } = [];

        public void Add(string name, Shape shape, ParameterInit init, float scale = 1f) => All.Add(new ParameterSpec(name, shape, init, scale));

        public void Linear(string name, int outputs, int inputs, ParameterInit init = ParameterInit.XavierUniform, float scale = 1f)
        {
            Add(name + ".weight", [outputs, inputs], init, scale);
            Add(name + ".bias", [outputs], ParameterInit.Zeros);
        }

        public void Attention(string name)
        {
            Linear(name + "q", d, d);
            Linear(name + "k", d, d);
            Linear(name + "v", d, d);
            Linear(name + "o", d, d);
            Add(name + "norm_q.weight", [d], ParameterInit.Ones);
            Add(name + "norm_k.weight", [d], ParameterInit.Ones);
        }
    }
}
