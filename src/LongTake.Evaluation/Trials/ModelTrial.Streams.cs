using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Evaluation.Trials;

/// <content>Videos longer than a training clip: prompts that change, and prompts that stay.</content>
public sealed partial class ModelTrial
{
    /// <summary>
    /// Stories of two scenes, a clip's length each: background and motion change, the subject stays. Every story is told twice, with the
    /// second caption in pronoun form and in full.
    /// </summary>
    /// <exception cref="Tensors.Files.CheckpointException">The folder has no causal transformer.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public SwitchReport Switch(CancellationToken cancellation = default)
    {
        Streamer streamer = new(_model, _options.Preset ?? DefaultLongPreset);
        return new SwitchReport(
            $"{Describe(streamer.Sampler)}, preset {streamer.Preset}",
            SwitchSummary.Of(Switches(streamer, pronoun: true, cancellation)),
            SwitchSummary.Of(Switches(streamer, pronoun: false, cancellation)));
    }

    /// <summary>One prompt for a video that is several times as long as a clip.</summary>
    /// <param name="length">How many times.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    /// <exception cref="Tensors.Files.CheckpointException">The folder has no causal transformer.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public LongReport Long(int length, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        Streamer streamer = new(_model, _options.Preset ?? DefaultLongPreset);
        int clipChunks = ClipChunks(streamer.Settings), chunks = length * clipChunks;
        List<LongOutcome> outcomes = [];
        ForEachBatch($"long {length}x", chunks, cancellation, (prompts, seed, step) =>
        {
            using TensorScope scope = TensorScope.Open();
            using ChunkGenerator generator = streamer.Start([.. prompts.Select(p => ClipSeed(seed, p))], chunks);
            (Tensor text, Tensor? negative) = EncodePrompts(prompts, p => Scene(p).FullCaptions[0], streamer.Sampler);
            generator.SetPrompt(text, negative);
            List<Tensor> latents = [];
            Streamer.Next(generator, latents, chunks, step, cancellation);
            for (int i = 0; i < prompts.Length; i++)
            {
                Story story = Clip(prompts[i], chunks * generator.ChunkFrames, streamer.Settings);
                Story clip = Clip(prompts[i], clipChunks * generator.ChunkFrames, streamer.Settings);
                VideoScores scores = VideoScores.Of(_model.Read(latents, i), story, _model.Ceilings("clip", prompts[i], clip));
                outcomes.Add(new LongOutcome(prompts[i], seed, LongScores.Of(scores), scores.Curve));
            }
        });
        double seconds = (double)_model.VaeConfig.PixelFrames(chunks * streamer.Settings.FramesPerBlock) / FrameRate(streamer.Settings);
        return LongReport.Of(length, seconds, $"{Describe(streamer.Sampler)}, preset {streamer.Preset}", outcomes);
    }

    private List<SwitchOutcome> Switches(Streamer streamer, bool pronoun, CancellationToken cancellation)
    {
        int chunks = ClipChunks(streamer.Settings);
        List<SwitchOutcome> outcomes = [];
        ForEachBatch(pronoun ? "switch, pronoun" : "switch, full", 2 * chunks, cancellation, (prompts, seed, step) =>
        {
            using TensorScope scope = TensorScope.Open();
            using ChunkGenerator generator = streamer.Start([.. prompts.Select(p => ClipSeed(seed, p))], 2 * chunks);
            List<Tensor> latents = [];
            for (int scene = 0; scene < 2; scene++)
            {
                (Tensor text, Tensor? negative) = EncodePrompts(prompts, p => CaptionOf(p, scene, pronoun), streamer.Sampler);
                generator.SetPrompt(text, negative);
                Streamer.Next(generator, latents, chunks, step, cancellation);
            }
            int sceneLatents = chunks * generator.ChunkFrames;
            for (int i = 0; i < prompts.Length; i++)
            {
                Story story = ToStory(HeldOutScenes.GetSwitch(prompts[i], World), [sceneLatents, sceneLatents], streamer.Settings);
                FrameReading[] readings = _model.Read(latents, i);
                outcomes.Add(SwitchOutcome.Of(
                    prompts[i], seed, CaptionOf(prompts[i], 1, pronoun), readings, story, _model.Ceilings("switch", prompts[i], story)));
            }
        });
        return outcomes;
    }

    private string CaptionOf(int prompt, int scene, bool pronoun)
    {
        SuiteItem item = HeldOutScenes.GetSwitch(prompt, World);
        return (pronoun ? item.PronounCaptions : item.FullCaptions)[scene];
    }
}
