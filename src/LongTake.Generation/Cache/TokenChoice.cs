namespace LongTake.Generation.Cache;

/// <summary>
/// A wish of a context policy: slots to be filled, layer by layer, with tokens chosen from everything held. They take the place of slots that
/// were filled so before.
/// </summary>
/// <param name="At">How many of the frames that stay whole come before these slots.</param>
/// <param name="Slots">How many slots, of P tokens each.</param>
/// <param name="Newest">Place in the video of the newest frame that tokens may come from.</param>
public readonly record struct TokenChoice(int At, int Slots, long Newest);
