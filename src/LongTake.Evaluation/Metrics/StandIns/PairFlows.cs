using System.Numerics;
using LongTake.Evaluation.Metrics.VBench;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>
/// Flows between frames of a video that were taken shortly after each other, each computed once however many metrics ask for it: at 16 frames/s
/// the pairs of <c>si_flow</c> are those of <c>si_smooth</c>. Remembers the newest frames alone.
/// </summary>
internal sealed class PairFlows : ISharedFrames
{
    private readonly BlockMatcherOptions _options;
    private readonly AreaResizer _resizer;
    private readonly float[] _values;
    private readonly byte[][] _frames;
    private readonly int[] _kept;
    private readonly Dictionary<int, BlockMatcher> _matchers = [];
    private readonly Known[] _known;
    private int _next;

    /// <summary>Begins a video.</summary>
    public PairFlows(VideoDescription video, BlockMatcherOptions options)
    {
        _options = options;
        _resizer = AreaResizer.Within(video.Height, video.Width, options.LongestSide);
        _values = new float[_resizer.Length];

        // The farthest pair: two frames apart for smoothness, 1/8 s for flow.
        int held = Math.Max(2, DynamicDegree.Stride(video.FramesPerSecond)) + 1;
        _frames = [.. Enumerable.Range(0, held).Select(_ => new byte[_resizer.Length])];
        _kept = [.. Enumerable.Repeat(-1, held)];
        _known = [new Known(Height * Width), new Known(Height * Width)];
    }

    /// <summary>Metrics with equal options share.</summary>
    public static object KeyOf(BlockMatcherOptions options) => (nameof(PairFlows), options.LongestSide, options.Reach, options.Wraps);

    /// <summary>Height of the pictures that are matched.</summary>
    public int Height => _resizer.NewHeight;

    /// <summary>Their width.</summary>
    public int Width => _resizer.NewWidth;

    /// <summary>Does nothing: frames are kept when a metric needs them (<see cref="Keep"/>).</summary>
    /// <param name="frame">[H, W, 3] bytes.</param>
    public void Add(ReadOnlySpan<byte> frame)
    {
    }

    /// <summary>Keeps the newest frame, at its working size, for as long as pairs with it can be asked for.</summary>
    public void Keep(ReadOnlySpan<byte> frame, int index)
    {
        int place = index % _frames.Length;
        if (_kept[place] != index)
        {
            _resizer.Resize(frame, _values, _frames[place]);
            _kept[place] = index;
        }
    }

    /// <summary>A kept frame, [H, W, 3] bytes.</summary>
    public byte[] Frame(int index) => _kept[index % _frames.Length] == index
        ? _frames[index % _frames.Length]
        : throw new InvalidOperationException($"Frame {index} was not kept.");

    /// <summary>The flow from one kept frame to another, [H, W]; valid until two others were asked for.</summary>
    /// <param name="from">Number of the first.</param>
    /// <param name="to">Number of the second.</param>
    /// <param name="seconds">What lies between them.</param>
    public Vector2[] Flow(int from, int to, double seconds)
    {
        foreach (Known known in _known)
        {
            if (known.From == from && known.To == to)
            {
                return known.Flow;
            }
        }
        int reach = _options.ReachOf(Math.Min(Height, Width), seconds);
        if (!_matchers.TryGetValue(reach, out BlockMatcher? matcher))
        {
            _matchers[reach] = matcher = new BlockMatcher(Height, Width, reach, _options.Wraps);
        }
        Known next = _known[_next];
        _next = 1 - _next;
        matcher.Match(Frame(from), Frame(to), next.Flow);
        (next.From, next.To) = (from, to);
        return next.Flow;
    }

    /// <summary>Frees the matchers.</summary>
    public void Dispose()
    {
        foreach (BlockMatcher matcher in _matchers.Values)
        {
            matcher.Dispose();
        }
    }

    private sealed class Known(int pixels)
    {
        public int From { get; set; } = -1;

        public int To { get; set; } = -1;

        public Vector2[] Flow { get; } = new Vector2[pixels];
    }
}
