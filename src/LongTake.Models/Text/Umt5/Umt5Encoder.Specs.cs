using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Text.Umt5;

// The parameter list. Source: spec wan-model, section 4.5; initial values as in T5.
public sealed partial class Umt5Encoder
{
    /// <summary>
    /// Names (original Wan keys), shapes and initial values of all parameters, in the order of the original checkpoint.
    /// Every matrix starts normal with deviation 1/sqrt(inputs), except the queries: these also take on the scaling by
    /// 1/sqrt(head width) that attention itself does not do.
    /// </summary>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public static IReadOnlyList<ParameterSpec> Specs(Umt5Config config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        int d = config.Dim;
        int a = config.AttentionDim;
        int f = config.FfnDim;
        List<ParameterSpec> specs = [new("token_embedding.weight", [config.VocabularySize, d], ParameterInit.Normal, 1f)];
        for (int i = 0; i < config.LayerCount; i++)
        {
            string block = $"blocks.{i}.";
            Add(block + "norm1.weight", [d], ParameterInit.Ones, 1f);
            Add(block + "attn.q.weight", [a, d], ParameterInit.Normal, 1 / MathF.Sqrt((float)d * config.HeadDim));
            Add(block + "attn.k.weight", [a, d], ParameterInit.Normal, 1 / MathF.Sqrt(d));
            Add(block + "attn.v.weight", [a, d], ParameterInit.Normal, 1 / MathF.Sqrt(d));
            Add(block + "attn.o.weight", [d, a], ParameterInit.Normal, 1 / MathF.Sqrt(a));
            Add(block + "norm2.weight", [d], ParameterInit.Ones, 1f);
            Add(block + "ffn.gate.0.weight", [f, d], ParameterInit.Normal, 1 / MathF.Sqrt(d));
            Add(block + "ffn.fc1.weight", [f, d], ParameterInit.Normal, 1 / MathF.Sqrt(d));
            Add(block + "ffn.fc2.weight", [d, f], ParameterInit.Normal, 1 / MathF.Sqrt(f));
            Add(
                block + "pos_embedding.embedding.weight",
                [config.BucketCount, config.HeadCount],
                ParameterInit.Normal,
                1 / MathF.Sqrt(2f * config.BucketCount * config.HeadCount));
        }
        Add("norm.weight", [d], ParameterInit.Ones, 1f);
        return specs;

        void Add(string name, Shape shape, ParameterInit init, float scale) => specs.Add(new ParameterSpec(name, shape, init, scale));
    }

    private static void Check(Umt5Config config, ParameterStore parameters)
    {
        HashSet<string> known = [];
        foreach (ParameterSpec spec in Specs(config))
        {
            known.Add(spec.Name);
            if (!parameters.TryGet(spec.Name, out Tensor? tensor))
            {
                throw new ArgumentException($"The text encoder's parameter '{spec.Name}' {spec.Shape} is missing.", nameof(parameters));
            }
            if (tensor.Shape != spec.Shape || !tensor.DType.IsFloating())
            {
                throw new ArgumentException(
                    $"The text encoder's parameter '{spec.Name}' is {tensor.DType} {tensor.Shape}; " +
                    $"the configuration needs weights of shape {spec.Shape}.",
                    nameof(parameters));
            }
        }
        foreach (string name in parameters.Names)
        {
            if (!known.Contains(name))
            {
                throw new ArgumentException($"The text encoder has no parameter '{name}'; is the checkpoint of another model?", nameof(parameters));
            }
        }
    }
}
