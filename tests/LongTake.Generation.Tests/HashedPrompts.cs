using LongTake.Generation.Streaming;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Tests;

/// <summary>Features that depend on the text.</summary>
internal sealed class HashedPrompts : IPromptEncoder
{
    public Tensor[] Encode(Compute compute, IReadOnlyList<string> prompts) => [.. prompts.Select(p =>
    {
        Tensor t = Tensor.Empty([1, 3, TinyModel.Config.TextDim]);
        new CounterRandom(1, (ulong)p.Sum(c => c * 31)).FillNormal(t.Span);
        return t;
    })];
}
