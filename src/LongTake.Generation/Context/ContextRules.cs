using LongTake.Generation.Positions;
using LongTake.Tensors;

namespace LongTake.Generation.Context;

/// <summary>Which policies go together. Source: kv-cache-strategies.md 4.4.</summary>
internal static class ContextRules
{
    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="ArgumentException">Parts conflict; the message names them.</exception>
    public static void Check(IContextPolicy context, IPositionPolicy positions, DType type)
    {
        if (context.ChosenSlots < 0 || context.ChosenSlots > context.Capacity)
        {
            throw new ArgumentException(
                $"{context.GetType().Name} wants {context.ChosenSlots} slots of chosen tokens in a cache of {context.Capacity}.", nameof(context));
        }
        if (!context.MergesFrames)
        {
            return;
        }
        if (positions.PlacesByIndex)
        {
            throw new ArgumentException(
                $"{context.GetType().Name} averages frames, and an average has no place in the video for {positions.GetType().Name} to put it at; " +
                $"use positions in the cache, such as {nameof(BlockRelativePositions)}.",
                nameof(positions));
        }
        if (type != DType.F32)
        {
            throw new ArgumentException(
                $"{context.GetType().Name} changes averages of frames in small steps, which {type} would round away; use a cache of F32.", nameof(type));
        }
    }
}
