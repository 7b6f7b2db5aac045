using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Suites;
using LongTake.Generation.Stories;
using LongTake.Generation.Video;

namespace LongTake.Evaluation.Videos;

/// <summary>What a finished video is held against: an item of a suite, laid out over the video's own frames; or nothing.</summary>
public sealed class VideoQuestion
{
    private readonly PromptItem? _item;
    private readonly Func<int, PromptItem>? _itemAt;
    private readonly string _suite = "";

    private VideoQuestion()
    {
    }

    private VideoQuestion(string suite, PromptItem item) => (_suite, _item) = (suite, item);

    private VideoQuestion(string suite, Func<int, PromptItem> itemAt) => (_suite, _itemAt) = (suite, itemAt);

    /// <summary>Nothing is known of the video: metrics that need a prompt are left out.</summary>
    public static VideoQuestion None { get; } = new();

    /// <summary>One prompt for the whole video.</summary>
    public static VideoQuestion OfPrompt(string prompt) => new("prompt", Understood("prompt", new PromptItem { Id = "prompt", Scenes = [new Scene(prompt)] }));

    /// <summary>An item of a user's prompts.</summary>
    public static VideoQuestion OfItem(string suite, PromptItem item) => new(suite, Understood(suite, item));

    /// <summary>An item of a suite of the Shapes world; its length follows from the video's.</summary>
    /// <param name="suite">Name of the suite.</param>
    /// <param name="id">Id of the item.</param>
    /// <param name="form">How later scenes were put into words.</param>
    /// <param name="world">What part of the world the model knew.</param>
    /// <exception cref="SuiteException">There is no such item.</exception>
    public static VideoQuestion OfShapes(string suite, string id, CaptionForm form, WorldProfile world)
    {
        PromptItem At(int units) => PromptSuite.Shapes(suite, units, form, world).Select([id]).Items[0];
        At(1);
        return new VideoQuestion(suite, At);
    }

    /// <summary>Lays the question out over a video.</summary>
    /// <param name="video">The video.</param>
    /// <param name="name">What it is called, for messages.</param>
    /// <param name="height">Height at which it is measured.</param>
    /// <param name="width">Width at which it is measured.</param>
    /// <exception cref="SuiteException">Video and item do not fit together; the message says why.</exception>
    public VideoDescription Describe(IVideoReader video, string name, int height, int width)
    {
        VideoDescription plain = new() { FrameCount = video.FrameCount, Height = height, Width = width, FramesPerSecond = video.FramesPerSecond };
        if (_itemAt is not null)
        {
            return Shapes(video, name, plain);
        }
        if (_item is null)
        {
            return plain;
        }
        int rate = (int)Math.Round(video.FramesPerSecond), chunks = FrameGrid.Chunks(video.FrameCount);
        PromptVideo layout = _item.At(new VideoProfile("video", Math.Max(1, rate), chunks * FrameGrid.ChunkLatents), 1);
        if (layout.Prompts[^1].StartFrame >= video.FrameCount)
        {
            throw new SuiteException(
                $"{name} ends after {video.FrameCount} frames, before the last scene of item {_item.Id} begins at frame {layout.Prompts[^1].StartFrame}.");
        }
        bool fits = layout.Truth is not null && layout.FrameCount == video.FrameCount && rate == video.FramesPerSecond;
        return plain with { Prompts = layout.Prompts, Story = fits ? layout.Truth : null };
    }

    /// <summary>Whether the item's truth is known, so that the exact analyser can read the video.</summary>
    public bool IsShapes => _itemAt is not null || _item?.Truth is not null;

    private VideoDescription Shapes(IVideoReader video, string name, VideoDescription plain)
    {
        if (video.FramesPerSecond is not (16 or 8))
        {
            throw new SuiteException(
                FormattableString.Invariant(
                    $"{name} runs at {video.FramesPerSecond:0.###} frames per second; videos of the suite {_suite} have 16 or 8. Give the rate with --fps."));
        }
        VideoProfile profile = VideoProfile.OfRate((int)video.FramesPerSecond);
        int units = 1;
        while (profile.Frames(units) < video.FrameCount)
        {
            units++;
        }
        if (profile.Frames(units) != video.FrameCount)
        {
            throw new SuiteException(
                $"{name} has {video.FrameCount} frames; videos of the suite {_suite} have {profile.Frames(1)} at 1x, {profile.Frames(6)} at 6x, "
                + $"{profile.Frames(12)} at 12x.");
        }
        PromptVideo layout = _itemAt!(units).At(profile, units);
        return plain with { Prompts = layout.Prompts, Story = layout.Truth };
    }

    /// <summary>With its truth, where all its prompts are captions of the Shapes world.</summary>
    private static PromptItem Understood(string suite, PromptItem item)
    {
        try
        {
            return ShapesPrompts.WithTruth(suite, 0, item);
        }
        catch (SuiteException)
        {
            return item;
        }
    }
}
