using LongTake.Tensors;

namespace LongTake.Models.Wan;

/// <summary>
/// Prompts that differ from block to block of one call: the first blocks see others than the rest. One object serves call after call: <see cref="Set"/> it
/// anew. Source: spec fifo-and-sliding-window, section 4.3.
/// </summary>
public sealed class LayeredTexts : TextInput
{
    private TextInput? _first;
    private TextInput? _rest;
    private int _firstLayers;

    /// <inheritdoc/>
    public override int BatchSize => _rest?.BatchSize ?? 0;

    /// <summary>Says what the blocks see; prompts stay the caller's and are valid until the call is over.</summary>
    /// <param name="first">What the first blocks see.</param>
    /// <param name="firstLayers">How many blocks these are; 0 or more.</param>
    /// <param name="rest">What the others see; as many samples.</param>
    /// <exception cref="ArgumentException">There are prompts for other numbers of samples.</exception>
    public void Set(TextInput first, int firstLayers, TextInput rest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(firstLayers, 0);
        if (first.BatchSize != rest.BatchSize)
        {
            throw new ArgumentException($"The first blocks have {first.BatchSize} prompts; the others have {rest.BatchSize}.", nameof(first));
        }
        _first = first;
        _rest = rest;
        _firstLayers = firstLayers;
    }

    internal override void Check(int samples, int frames)
    {
        base.Check(samples, frames);
        _first?.Check(samples, frames);
        _rest?.Check(samples, frames);
    }

    internal override Tensor Attend(Compute compute, int layer, WanBlock block, Tensor q) =>
        (layer < _firstLayers ? _first : _rest)!.Attend(compute, layer, block, q);
}
