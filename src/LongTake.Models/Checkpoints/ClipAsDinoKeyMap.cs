using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// Names of the image tower of CLIP in the layout of DINO, in which DreamSim publishes its CLIPs: the norm before the blocks is called
/// <c>pos_drop</c>, the projection <c>proj</c>, and the patch embedding has a bias. Source: ssundaram21/dreamsim; spec metric-models, section 8.
/// </summary>
internal static class ClipAsDinoKeyMap
{
    private const string PatchBias = "patch_embed.proj.bias";
    private const string Positions = "pos_embed";
    private const string ClassToken = "cls_token";
    private const string FirstNorm = "pos_drop.weight";

    private static readonly (RenameTable ToDino, RenameTable ToClip) s_tables = RenameTable.Make(
        "visual.transformer.resblocks.",
        "blocks.",
        [
            ("visual.class_embedding", ClassToken),
            ("visual.positional_embedding", Positions),
            ("visual.conv1.weight", "patch_embed.proj.weight"),
            ("visual.ln_pre", "pos_drop"),
            ("visual.ln_post", "norm"),
            ("visual.proj", "proj"),
        ],
        [
            ("ln_1", "norm1"),
            ("attn.in_proj_weight", "attn.qkv.weight"),
            ("attn.in_proj_bias", "attn.qkv.bias"),
            ("attn.out_proj", "attn.proj"),
            ("ln_2", "norm2"),
            ("mlp.c_fc", "mlp.fc1"),
            ("mlp.c_proj", "mlp.fc2"),
        ]);

    /// <summary>Whether names are those of this layout.</summary>
    public static bool IsKnown(IEnumerable<TensorInfo> tensors) => tensors.Any(t => t.Name == FirstNorm);

    /// <summary>The name in OpenAI's layout, or null if there is none.</summary>
    public static string? ToClip(string dino) => s_tables.ToClip.Rename(dino);

    /// <summary>The name in this layout, or null if there is none.</summary>
    public static string? ToDino(string clip) => s_tables.ToDino.Rename(clip);

    /// <summary>
    /// A checkpoint of this layout under OpenAI's names; what is unknown stays, so that a loader can report it. CLIP's patch embedding has no
    /// bias, and what is added to every patch can as well be added to its position.
    /// </summary>
    /// <exception cref="CheckpointException">Two tensors would get the same name.</exception>
    public static ITensorSource Normalize(ITensorSource source)
    {
        ComposedSource result = new(source);
        bool hasBias = source.Tensors.FirstOrDefault(t => t.Name == PatchBias) is TensorInfo { Shape.Rank: 1 } bias
            && source.Tensors.Any(t => t.Name == Positions && t.Shape.Rank == 3 && t.Shape[2] == bias.Shape[0]);
        foreach (TensorInfo tensor in source.Tensors)
        {
            string name = ToClip(tensor.Name) ?? tensor.Name;
            switch (tensor.Name)
            {
                case PatchBias when hasBias:
                    break;
                case Positions when tensor.Shape.Rank == 3 && tensor.Shape[0] == 1:
                    result.Make(
                        new TensorInfo(name, DType.F32, [tensor.Shape[1], tensor.Shape[2]]), () => PositionsOf(result, tensor.Shape, hasBias));
                    break;
                case ClassToken:
                    Shape flat = [(int)tensor.Shape.Count];
                    result.Make(new TensorInfo(name, DType.F32, flat), () => Reshaped(result, ClassToken, flat));
                    break;
                default:
                    result.Keep(name, tensor);
                    break;
            }
        }
        return result;
    }

    private static Tensor PositionsOf(ComposedSource source, Shape shape, bool hasBias)
    {
        Tensor table = Reshaped(source, Positions, [shape[1], shape[2]]);
        if (hasBias)
        {
            using Tensor bias = source.Wide(PatchBias);
            for (int token = 1; token < shape[1]; token++)
            {
                Span<float> row = table.Span.Slice(token * shape[2], shape[2]);
                System.Numerics.Tensors.TensorPrimitives.Add(row, bias.Span, row);
            }
        }
        return table;
    }

    private static Tensor Reshaped(ComposedSource source, string name, Shape shape)
    {
        using Tensor stored = source.Wide(name);
        Tensor result = Tensor.Empty(shape);
        stored.Span.CopyTo(result.Span);
        return result;
    }
}
