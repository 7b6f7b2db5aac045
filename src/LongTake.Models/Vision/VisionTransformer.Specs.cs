using LongTake.Models.Encoders;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Vision;

// The parameter lists. Source: spec metric-models, sections 1.2, 2.4 and 8.
public sealed partial class VisionTransformer
{
    /// <summary>Names (those of the original DINO and OpenAI files) and shapes of all parameters, with initial values for tests.</summary>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public static IReadOnlyList<ParameterSpec> Specs(VisionTransformerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        int d = config.Width;
        int p = config.PatchSize;
        int tokens = 1 + (config.GridSize * config.GridSize);
        float patchScale = 1 / MathF.Sqrt(3 * p * p);
        if (config.IsClip)
        {
            return
            [
                new("visual.class_embedding", [d], ParameterInit.Normal),
                new("visual.positional_embedding", [tokens, d], ParameterInit.Normal),
                new("visual.proj", [d, config.EmbeddingDim], ParameterInit.Normal, 1 / MathF.Sqrt(d)),
                new("visual.conv1.weight", [d, 3, p, p], ParameterInit.Normal, patchScale),
                new("visual.ln_pre.weight", [d], ParameterInit.Ones),
                new("visual.ln_pre.bias", [d]),
                .. NamesOf(config).Specs(config.LayerCount, d, config.MlpWidth),
                new("visual.ln_post.weight", [d], ParameterInit.Ones),
                new("visual.ln_post.bias", [d]),
            ];
        }
        return
        [
            new("cls_token", [1, 1, d], ParameterInit.Normal),
            new("pos_embed", [1, tokens, d], ParameterInit.Normal),
            new("patch_embed.proj.weight", [d, 3, p, p], ParameterInit.Normal, patchScale),
            new("patch_embed.proj.bias", [d]),
            .. NamesOf(config).Specs(config.LayerCount, d, config.MlpWidth, config.Family == VisionFamily.DinoV2),
            new("norm.weight", [d], ParameterInit.Ones),
            new("norm.bias", [d]),
        ];
    }

    private static EncoderBlockNames NamesOf(VisionTransformerConfig config) => config.IsClip ? EncoderBlockNames.ClipImage : EncoderBlockNames.Dino;
}
