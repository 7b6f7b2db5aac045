using LongTake.Tensors;

namespace LongTake.Generation.Clips;

/// <summary>
/// Passes over a queue: each window is one network call, each latent whose result counts moves one level on. Outputs are collected and applied after the
/// last call, so that windows do not depend on their order, and a pass that is cancelled has changed nothing.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="run">The run.</param>
/// <param name="capacity">Most latents of a queue.</param>
public sealed class WindowPass(IClipNetwork network, ClipRunInfo run, int capacity) : IDisposable
{
    private readonly Tensor _outputs = TensorScope.Detach(Tensor.Empty([capacity, run.LatentSize]));
    private readonly Dictionary<int, ClipCall> _calls = [];
    private int[] _guides = [];

    /// <summary>
    /// Whether results are applied after each call, so that later windows get guidance latents that have moved on. Such a pass is not cancelled half-way.
    /// Default false.
    /// </summary>
    public bool InPlace { get; init; }

    /// <summary>Which prompt a call is under. Default: that of its window's first latent.</summary>
    public PromptRule Prompts { get; init; } = PromptRule.Window;

    /// <summary>Does a pass.</summary>
    /// <param name="queue">The latents.</param>
    /// <param name="windows">The windows.</param>
    /// <param name="guidance">Earlier latents in front of each window; null for none.</param>
    /// <param name="frozen">Latents at the head that stay as they are.</param>
    /// <param name="headPlace">Place in the video whose prompt <see cref="PromptRule.Queue"/> takes.</param>
    /// <param name="cancellation">Ends the pass between two calls.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; the queue is as it was.</exception>
    public void Run(
        LatentQueue queue, IReadOnlyList<PassWindow> windows, IWindowGuidance? guidance, int frozen, long headPlace, CancellationToken cancellation)
    {
        if (InPlace)
        {
            cancellation.ThrowIfCancellationRequested();
        }
        for (int i = 0; i < windows.Count; i++)
        {
            PassWindow window = windows[i];
            if (window.KeepFrom + window.Keep <= frozen)
            {
                continue;
            }
            if (!InPlace)
            {
                cancellation.ThrowIfCancellationRequested();
            }
            int lead = guidance is not null && window.Start >= guidance.Count ? guidance.Count : 0;
            ClipCall call = Fill(queue, window, guidance, lead, headPlace);
            network.Predict(call);
            for (int index = Math.Max(frozen, window.KeepFrom); index < window.KeepFrom + window.Keep; index++)
            {
                ReadOnlySpan<float> output = call.VelocityOf(lead + index - window.Start);
                if (InPlace)
                {
                    queue.Step(index, output);
                }
                else
                {
                    output.CopyTo(Output(index));
                }
            }
        }
        if (InPlace)
        {
            return;
        }
        for (int i = 0; i < windows.Count; i++)
        {
            PassWindow window = windows[i];
            for (int index = Math.Max(frozen, window.KeepFrom); index < window.KeepFrom + window.Keep; index++)
            {
                queue.Step(index, Output(index));
            }
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _outputs.Dispose();
        foreach (ClipCall call in _calls.Values)
        {
            call.Dispose();
        }
    }

    private ClipCall Fill(LatentQueue queue, PassWindow window, IWindowGuidance? guidance, int lead, long headPlace)
    {
        int frames = lead + window.Frames;
        if (!_calls.TryGetValue(frames, out ClipCall? call))
        {
            _calls.Add(frames, call = new ClipCall(frames, run.Latent));
        }
        if (_guides.Length < lead)
        {
            _guides = new int[lead];
        }
        if (lead > 0)
        {
            guidance!.Choose(window.Start, _guides.AsSpan(0, lead));
        }
        int shared = run.PromptAt(Prompts == PromptRule.Queue ? headPlace : queue.Place(window.Start));
        for (int i = 0; i < frames; i++)
        {
            int index = i < lead ? _guides[i] : window.Start + i - lead;
            long place = queue.Place(index);
            call.Set(i, queue.Sample(index), queue.Timestep(index), Prompts == PromptRule.Latent ? run.PromptAt(place) : shared, place);
        }
        return call;
    }

    private Span<float> Output(int index) => _outputs.Span.Slice(index * run.LatentSize, run.LatentSize);
}
