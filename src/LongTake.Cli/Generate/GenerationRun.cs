using System.Diagnostics;
using System.Globalization;
using LongTake.Generation.Clips;
using LongTake.Generation.Stories;
using LongTake.Generation.Streaming;
using LongTake.Generation.Video;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using static System.FormattableString;

namespace LongTake.Cli.Generate;

/// <summary>
/// One run of "longtake generate": opens the model, the output and the journal, generates chunk by chunk, and leaves a closed file
/// and, if it was stopped, a journal to resume from.
/// </summary>
internal sealed class GenerationRun : IDisposable
{
    private const int DisplaySide = 256;

    private readonly GenerateRequest _request;
    private readonly CliEnvironment _environment;
    private readonly LoadedModel _model;
    private readonly CpuBackend _backend;
    private readonly Compute _compute;
    private readonly RequestedGenerator _generator;
    private readonly VideoOptions _options;
    private readonly VideoFormat _format;
    private readonly VideoOutputOptions _outputOptions;
    private readonly Stopwatch _sinceSave = Stopwatch.StartNew();
    private readonly PhaseLog _phases = new();

    public GenerationRun(GenerateRequest request, CliEnvironment environment)
    {
        _request = request;
        _environment = environment;
        _backend = new CpuBackend(request.Threads);
        _compute = new Compute(_backend);

        // The output's name is checked before any file of the model is read, the story before its weights are.
        VideoOutput.CanResume(request.Output);
        _model = LoadedModel.Open(request);
        try
        {
            _generator = new RequestedGenerator(request, _model);
            _generator.Check();
            _options = _generator.Options;
            _format = new VideoFormat(_options.Width, _options.Height, Math.Max(1, (int)Math.Round(_options.FrameRate)));
            _outputOptions = new VideoOutputOptions
            {
                Scale = request.Scale ?? Math.Max(1, DisplaySide / Math.Min(_options.Width, _options.Height)),
                Overwrite = request.Overwrite || request.Resume,
                Ffmpeg = request.Ffmpeg,
            };
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Generates until the end, or until asked to stop.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync()
    {
        bool continues = VideoOutput.CanResume(_request.Output);
        RunIdentity identity = Identify();

        // Before the weights are read: a journal of another run and a place that cannot be written are found at once.
        using GenerationJournal journal = _request.Resume
            ? GenerationJournal.Open(_request.Output, identity, !continues)
            : StartJournal(identity, !continues);
        IVideoWriter? writer = null;
        JudgmentLog? judgments = null;
        try
        {
            using GenerationState? state = _request.Resume ? journal.LoadState() : null;
            long frames = state is null ? 0 : VideoTime.ChunkStart(state.Chunk, _options.ChunkFrames);
            writer = _request.Resume && continues && frames > 0
                ? VideoOutput.Resume(_request.Output, _format, frames, _outputOptions)
                : VideoOutput.Create(_request.Output, _format, _outputOptions);
            _model.Load();
            using VideoGenerator generator = _model.WithPromptEncoder(encoder => _generator.Start(_compute, encoder));
            Announce(generator.Plan);
            if (state is not null)
            {
                Continue(generator, state, journal, continues ? null : writer);
            }
            judgments = LogJudgments(generator, state is not null);
            bool done = await GenerateAsync(generator, writer, journal, judgments).ConfigureAwait(false);
            if (generator.Chunk > 0)
            {
                writer.Complete();
            }
            Conclude(generator, writer, journal, done);
            return done ? LongTakeApplication.Done : LongTakeApplication.Stopped;
        }
        catch (Exception e)
        {
            writer?.Dispose();
            if (!journal.HasState)
            {
                // Nothing to resume from, so nothing stays.
                journal.Delete();
                judgments?.Delete();
            }
            else if (e is VideoOutputException)
            {
                throw new CliException($"{e.Message} What was saved is kept; go on from there with --resume.", e);
            }
            throw;
        }
        finally
        {
            writer?.Dispose();
            judgments?.Dispose();
        }
    }

    public void Dispose()
    {
        _model.Dispose();
        _backend.Dispose();
    }

    private GenerationJournal StartJournal(RunIdentity identity, bool keepLatents)
    {
        if (!_request.Overwrite)
        {
            if (GenerationJournal.Exists(_request.Output))
            {
                throw new CliException(
                    $"There is a stopped run of {_request.Output}; add --resume to go on with it, or --overwrite to begin again.");
            }
            if (File.Exists(_request.Output))
            {
                throw VideoOutput.Exists(_request.Output);
            }
        }
        try
        {
            return GenerationJournal.Create(_request.Output, identity, keepLatents);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VideoOutputException(
                $"Cannot write {_request.Output}: {e.Message.TrimEnd('.')}. Choose a place you may write to with --output.", e);
        }
    }

    /// <summary>Takes up the saved state; where the output has to be encoded again, decodes the earlier frames once more.</summary>
    private void Continue(VideoGenerator generator, GenerationState state, GenerationJournal journal, IVideoWriter? again)
    {
        if (again is not null && state.Chunk > 0)
        {
            _environment.Note(Invariant($"decoding the {state.Chunk} earlier chunks again for {_request.Output}"));
            int stride = _options.SpatialStride;
            Shape shape =
                [1, _options.ChunkFrames, _model.TransformerConfig.InChannels, _options.Height / stride, _options.Width / stride];
            using Tensor latents = TensorScope.Detach(Tensor.Empty(shape));
            journal.Replay(state.Chunk, latents, () =>
            {
                using TensorScope scope = TensorScope.Open();
                Tensor video = _model.Decoder!.Decode(_compute, _compute.Permute(latents, [0, 2, 1, 3, 4]));
                Write(again, PixelConversion.ToBytes(video));
            });
        }
        generator.Restore(state);
        _environment.Note(state.Chunk == 0 ? "resumed before the first chunk" : Invariant($"resumed after chunk {state.Chunk}"));
    }

    private JudgmentLog? LogJudgments(VideoGenerator generator, bool resumed)
    {
        if (_request.Judgments is not string path || generator is not ClipGenerator clips)
        {
            return null;
        }
        JudgmentLog log = resumed ? JudgmentLog.Resume(path, clips.Searches!.Value.Judgments) : JudgmentLog.Create(path, _request.Overwrite);
        clips.Judged = log.Add;
        return log;
    }

    private async Task<bool> GenerateAsync(VideoGenerator generator, IVideoWriter writer, GenerationJournal journal, JudgmentLog? judgments)
    {
        ProgressDisplay display = new(
            _environment, new SceneList(generator.Timeline, _options.FrameRate, _options.ChunkFrames, _options.MethodName));
        CancellationToken stop = _environment.StopRequested;
        await display.ShowAsync(generator.Plan.Chunks, generator.Chunk, async () =>
        {
            await foreach (VideoChunk? chunk in generator.AdvanceAsync(display, stop).ConfigureAwait(false))
            {
                using (chunk)
                {
                    if (chunk is not null)
                    {
                        Write(writer, chunk.Frames!);
                        journal.Append(chunk.Latents);
                        _phases.Add(generator.Chunk, generator.FarPhase);
                    }
                }
                if (!generator.IsDone && _sinceSave.Elapsed >= _request.SaveEvery)
                {
                    Save(generator, writer, journal, judgments);
                }
            }
            if (!generator.IsDone && generator.HasProgress)
            {
                Save(generator, writer, journal, judgments);
            }
        }).ConfigureAwait(false);
        if (!generator.HasProgress)
        {
            throw new CliException("Stopped before the first chunk; nothing was written.");
        }
        return generator.IsDone;
    }

    private void Save(VideoGenerator generator, IVideoWriter writer, GenerationJournal journal, JudgmentLog? judgments)
    {
        writer.Flush();
        judgments?.Flush();
        using GenerationState state = generator.Save();
        journal.Save(state);
        writer.KeepPartial = generator.Chunk > 0;
        _sinceSave.Restart();
    }

    private void Write(IVideoWriter writer, Tensor frames)
    {
        ReadOnlySpan<byte> bytes = frames.AsSpan<byte>();
        for (int i = 0; i < frames.Shape[0]; i++)
        {
            writer.WriteFrame(bytes.Slice(i * _format.FrameBytes, _format.FrameBytes));
        }
    }

    private void Announce(GenerationPlan plan)
    {
        string length = plan.Frames is long frames
            ? Invariant($"{frames} frames ({frames / _options.FrameRate:0.0} s) in {plan.Chunks} chunks")
            : "no end (Ctrl-C stops)";
        string settings = _options.DescribeSettings();
        _environment.Note($"model {_model.Path}, preset {_options.MethodName}{(settings.Length > 0 ? $" ({settings})" : "")}, "
            + $"{_options.DescribeSampling()}, seed {_options.Seed.ToString(CultureInfo.InvariantCulture)}");
        _environment.Note(Invariant($"{_format.Width}x{_format.Height}, {length}"));
        if (ShapesCaptions.Note(_request.Story, _model.Settings.World) is string note)
        {
            _environment.Note($"note: {note}");
        }
        foreach (string methodNote in _options.MethodNotes)
        {
            _environment.Note($"note: {methodNote}");
        }
        _environment.Note(
            $"needs {Sizes.Bytes(plan.TotalBytes)} of {Sizes.Bytes(plan.AvailableBytes)} memory: weights {Sizes.Bytes(plan.WeightBytes)}, "
            + $"{plan.Holds} {Sizes.Bytes(plan.CacheBytes)}, network {Sizes.Bytes(plan.WorkingBytes)}, decoder {Sizes.Bytes(plan.DecoderBytes)}");
    }

    private void Conclude(VideoGenerator generator, IVideoWriter writer, GenerationJournal journal, bool done)
    {
        if (done)
        {
            journal.Delete();
        }
        else if (generator.Chunk == 0)
        {
            _environment.Note("stopped before the first chunk; the same command with --resume goes on from there");
            return;
        }
        else
        {
            _environment.Note(Invariant($"stopped after chunk {generator.Chunk}; the same command with --resume goes on from there"));
        }
        if (generator.Searches is SearchCounts searches)
        {
            _environment.Note(JudgmentLog.Summary(searches));
        }
        if (_phases.Summary is string phases)
        {
            _environment.Note(phases);
        }
        _environment.Out.WriteLine(
            Invariant($"{_request.Output}: {writer.FramesWritten} frames, {writer.FramesWritten / _options.FrameRate:0.0} s"));
    }

    private RunIdentity Identify() => new()
    {
        Story =
        [
            .. StoryTimeline.Of(_request.Story, _options.FrameRate, _options.ChunkFrames).Entries
                .Select(e => Invariant($"{e.Describe()}: {e.Scene.Prompt}")),
        ],
        NegativePrompt = _request.NegativePrompt,
        Seed = _request.Seed,
        Model = ModelLocation.Fingerprint(_model.Path, _request.Weights, _request.Lora),
        ModelFolder = _model.Path,
        Preset = _options.MethodName,
        Settings = _options.DescribeSettings(),
        Sampler = _options.DescribeSampling(),
        Video = Invariant($"{_format.Width}x{_format.Height} at {_format.FramesPerSecond} frames per second, scale {_outputOptions.Scale}"),
        CacheType = _request.CacheType.ToString(),
    };
}
