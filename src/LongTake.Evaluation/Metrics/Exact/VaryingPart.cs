using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>What the scenes of a story of atoms differ in.</summary>
public enum VaryingPart
{
    /// <summary>Texture or palette (NarrLV's scene attribute).</summary>
    Background,

    /// <summary>The subject's colour (target attribute).</summary>
    Colour,

    /// <summary>The subject's size (target attribute).</summary>
    Size,

    /// <summary>The subject's mark (target attribute).</summary>
    Mark,

    /// <summary>Kind or speed of motion (target action).</summary>
    Motion,
}

/// <summary>Finds out what varies in a story.</summary>
internal static class VaryingParts
{
    /// <summary>The parts that take more than one state; the shape, which is none of them, is reported apart.</summary>
    public static (IReadOnlyList<VaryingPart> Parts, bool ShapeVaries) Of(Story story)
    {
        SceneState first = story.Scenes[0].State;
        List<VaryingPart> parts = [];
        AddIf(VaryingPart.Background, s => s.Background != first.Background);
        AddIf(VaryingPart.Colour, s => s.Colour != first.Colour);
        AddIf(VaryingPart.Size, s => s.Size != first.Size);
        AddIf(VaryingPart.Mark, s => s.Mark != first.Mark);
        AddIf(VaryingPart.Motion, s => s.Motion != first.Motion);
        return (parts, story.Scenes.Any(s => s.State.Shape != first.Shape));

        void AddIf(VaryingPart part, Func<SceneState, bool> differs)
        {
            if (story.Scenes.Any(s => differs(s.State)))
            {
                parts.Add(part);
            }
        }
    }
}
