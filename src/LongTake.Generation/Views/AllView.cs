namespace LongTake.Generation.Views;

/// <summary>Everything held is attended to.</summary>
public sealed class AllView : IViewPolicy;
