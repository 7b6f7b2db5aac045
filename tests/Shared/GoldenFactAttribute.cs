namespace LongTake.Testing;

/// <summary>A test that needs the golden data; skipped, with the reason, where it is absent. Carries <c>[Trait("Category", "Golden")]</c> beside it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GoldenFactAttribute : FactAttribute
{
    public GoldenFactAttribute()
    {
        if (!GoldenFixture.IsAvailable)
        {
            Skip = GoldenTheoryAttribute.Reason;
        }
    }
}

/// <summary>A theory that needs the golden data; skipped, with the reason, where it is absent. Carries <c>[Trait("Category", "Golden")]</c> beside it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GoldenTheoryAttribute : TheoryAttribute
{
    internal const string Reason = "The golden data is not there (../shared/golden, or the folder named in LONGTAKE_GOLDEN).";

    public GoldenTheoryAttribute()
    {
        if (!GoldenFixture.IsAvailable)
        {
            Skip = Reason;
        }
    }
}
