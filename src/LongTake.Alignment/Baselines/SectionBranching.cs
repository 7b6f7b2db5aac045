using LongTake.Alignment.Branches;
using LongTake.Alignment.Grpo;
using LongTake.Generation.Cache;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Baselines;

/// <summary>A group of a baseline, with what its learning draws from.</summary>
internal sealed class SectionRollout(
    GeneratorParts parts,
    BaselineRecipe recipe,
    ForkPoint point,
    ScriptClips script,
    IReadOnlyList<Tensor> prefix,
    KeyValueCache fork,
    Tensor prompt,
    ulong seed) : BranchRollout(parts, recipe, point, script, prefix, fork, prompt)
{
    /// <summary>Seed of the group.</summary>
    public ulong Seed => seed;

    /// <summary>Chunks that are learned from.</summary>
    public int Chunks { get; } =
        recipe.ExploredChunks == 0 ? (point.SectionEnd - point.SectionStart) / recipe.ChunkFrames : recipe.ExploredChunks;

    /// <summary>How often was learned from the group; every time has draws of its own.</summary>
    public int Passes { get; set; }
}

/// <summary>Members that make a section of the video, or its first chunks, with noise of their own, under the context of generation.</summary>
internal sealed class SectionBranching : IBranching<SectionRollout>
{
    private readonly GeneratorParts _parts;
    private readonly BaselineRecipe _recipe;
    private readonly ScriptClips _script;
    private readonly ulong _seed;
    private readonly MemberNoise _noise;
    private readonly RecordingSampler? _recording;

    /// <summary>Prepares a group.</summary>
    /// <param name="parts">The networks.</param>
    /// <param name="recipe">Sections.</param>
    /// <param name="generator">Generation as users get it.</param>
    /// <param name="request">Script and seed.</param>
    /// <param name="sharesInitial">Whether members start from the same noise.</param>
    /// <param name="recording">Samples the chunks that are learned from, and records their steps; null to sample them as users do.</param>
    public SectionBranching(
        GeneratorParts parts,
        BaselineRecipe recipe,
        BranchGenerator generator,
        GroupRequest request,
        bool sharesInitial = false,
        RecordingSampler? recording = null)
    {
        (_parts, _recipe, _seed, _recording) = (parts, recipe, request.Seed, recording);
        _script = generator.Lay(request.Script);
        _noise = new MemberNoise(request.Seed, sharesInitial);
        int section = new CounterRandom(request.Seed ^ 0x666F726B, 0).NextInt(Math.Min(recipe.ForkSections, recipe.SectionCount));
        (int start, int end) = recipe.SectionAt(section);
        Point = new ForkPoint(start, start, end);
        Method = generator.Deployed with { Noise = _ => _noise };
        Sampler = recording is null ? generator.CreateSampler() : recording;
    }

    /// <inheritdoc/>
    public ForkPoint Point { get; }

    /// <inheritdoc/>
    public int Members => _recipe.GroupSize;

    /// <inheritdoc/>
    public StreamingMethod Method { get; }

    /// <inheritdoc/>
    public IChunkSampler Sampler { get; }

    /// <inheritdoc/>
    public int[] Deployed(ReadOnlySpan<CachedFrame> held) => [.. Enumerable.Range(0, held.Length)];

    /// <inheritdoc/>
    public SectionRollout Begin(IReadOnlyList<Tensor> prefix, KeyValueCache fork, Tensor prompt) =>
        new(_parts, _recipe, Point, _script, prefix, fork, prompt, _seed);

    /// <inheritdoc/>
    public void Start(int member, SectionRollout rollout)
    {
        long end = Point.Fork + (rollout.Chunks * _recipe.ChunkFrames);
        _noise.Use(member, Point.Fork, end);
        if (_recording is not null)
        {
            Trajectory trajectory = new();
            rollout.Trajectories.Add(trajectory);
            _recording.Begin(trajectory, Point.Fork, end);
        }
    }

    /// <inheritdoc/>
    public void End()
    {
        _noise.Use(null, 0, 0);
        _recording?.Begin(null, 0, 0);
    }
}
