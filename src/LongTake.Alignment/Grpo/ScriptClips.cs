using LongTake.Alignment.Rewards;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan.Vae;

namespace LongTake.Alignment.Grpo;

/// <summary>A script laid out in a video of the model: what any stretch of its frames shall show.</summary>
public sealed class ScriptClips
{
    private readonly VideoScript _script;
    private readonly int[] _starts;
    private readonly int _height;
    private readonly int _width;
    private readonly int _framesPerSecond;
    private readonly int _frames;

    /// <summary>Lays a script out in square frames.</summary>
    /// <param name="script">The scenes.</param>
    /// <param name="latentStarts">Latent frame at which each begins; the first is 0.</param>
    /// <param name="latentFrames">Latent frames of the video.</param>
    /// <param name="side">Height and width of a frame in pixels.</param>
    /// <param name="framesPerSecond">Frame rate.</param>
    public ScriptClips(VideoScript script, ReadOnlySpan<int> latentStarts, int latentFrames, int side, int framesPerSecond)
        : this(script, latentStarts, latentFrames, side, side, framesPerSecond)
    {
    }

    /// <summary>Lays a script out.</summary>
    /// <param name="script">The scenes.</param>
    /// <param name="latentStarts">Latent frame at which each begins; the first is 0.</param>
    /// <param name="latentFrames">Latent frames of the video.</param>
    /// <param name="height">Rows of a frame in pixels.</param>
    /// <param name="width">Columns of a frame in pixels.</param>
    /// <param name="framesPerSecond">Frame rate.</param>
    public ScriptClips(VideoScript script, ReadOnlySpan<int> latentStarts, int latentFrames, int height, int width, int framesPerSecond)
    {
        _script = script;
        _starts = new int[latentStarts.Length];
        for (int i = 0; i < _starts.Length; i++)
        {
            _starts[i] = FrameGrid.LatentStart(latentStarts[i]);
        }
        _frames = (int)VideoTime.FramesOf(latentFrames);
        _height = height;
        _width = width;
        _framesPerSecond = framesPerSecond;
    }

    /// <summary>Frames of the video.</summary>
    public int FrameCount => _frames;

    /// <summary>Scene that holds at a frame.</summary>
    public int SceneAt(int frame) => Array.FindLastIndex(_starts, s => s <= frame);

    /// <summary>First frame of a scene, and the first after it.</summary>
    public (int Start, int End) FramesOf(int scene) => (_starts[scene], scene + 1 < _starts.Length ? _starts[scene + 1] : _frames);

    /// <summary>What frames <paramref name="first"/> .. <paramref name="first"/> + <paramref name="count"/> - 1 shall show.</summary>
    public VideoDescription Describe(int first, int count)
    {
        List<PromptSegment> prompts = [];
        List<StoryScene> scenes = [];
        for (int i = 0; i < _starts.Length; i++)
        {
            (int start, int end) = FramesOf(i);
            int from = Math.Max(start, first) - first, to = Math.Min(end, first + count) - first;
            if (to <= from)
            {
                continue;
            }
            prompts.Add(new PromptSegment(_script.Scenes[i].Prompt, from));
            if (_script.Scenes[i].State is SceneState state)
            {
                scenes.Add(new StoryScene(state, _script.Scenes[i].Phase, from, to - from));
            }
        }
        return new VideoDescription
        {
            FrameCount = count,
            Height = _height,
            Width = _width,
            FramesPerSecond = _framesPerSecond,
            Prompts = prompts,
            Story = scenes.Count == prompts.Count ? new Story(_framesPerSecond, 0, 0, scenes) : null,
        };
    }

    /// <summary>A stretch of frames to be scored.</summary>
    /// <param name="first">Its first frame in the video.</param>
    /// <param name="frames">[F, H, W, 3] bytes.</param>
    public RewardClip Clip(int first, ReadOnlyMemory<byte> frames) => new(Describe(first, frames.Length / (_height * _width * 3)), frames);
}
