using System.Reflection;

namespace LongTake.Testing;

/// <summary>Golden tests can be run or left out by one filter only if each carries the trait.</summary>
public class GoldenTraitTests
{
    [Fact]
    public void Every_golden_test_carries_the_trait()
    {
        string[] without =
        [
            .. typeof(GoldenTraitTests).Assembly.GetTypes()
                .SelectMany(t => t.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
                .Where(m => m.GetCustomAttribute<GoldenFactAttribute>() is not null || m.GetCustomAttribute<GoldenTheoryAttribute>() is not null)
                .Where(m => !IsMarked(m) && !IsMarked(m.DeclaringType!))
                .Select(m => $"{m.DeclaringType!.Name}.{m.Name}"),
        ];
        Assert.True(without.Length == 0, $"Add [Trait(\"Category\", \"Golden\")] to the class of: {string.Join(", ", without)}");
    }

    private static bool IsMarked(MemberInfo member) => member.GetCustomAttributesData().Any(a =>
        a.AttributeType == typeof(TraitAttribute) && Equals(a.ConstructorArguments[0].Value, "Category") && Equals(a.ConstructorArguments[1].Value, "Golden"));
}
