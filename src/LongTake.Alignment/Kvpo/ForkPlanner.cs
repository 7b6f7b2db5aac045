using LongTake.Alignment.Branches;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Kvpo;

/// <summary>Where the branches of a group leave the video, and what each reads.</summary>
/// <param name="Fork">First latent frame of the first perturbed chunk.</param>
/// <param name="SectionStart">First latent frame of the section that it lies in.</param>
/// <param name="SectionEnd">First latent frame after it.</param>
/// <param name="Routes">For each branch the latent frames that it reads in place of the newest ones, in rising order.</param>
internal sealed record ForkPlan(int Fork, int SectionStart, int SectionEnd, IReadOnlyList<int[]> Routes)
    : ForkPoint(Fork, SectionStart, SectionEnd)
{
    /// <summary>Mean share of frames that two branches have in common.</summary>
    public double Overlap
    {
        get
        {
            double sum = 0;
            int pairs = 0;
            for (int i = 0; i < Routes.Count; i++)
            {
                for (int j = 0; j < i; j++, pairs++)
                {
                    sum += (double)Routes[i].Intersect(Routes[j]).Count() / Routes[i].Length;
                }
            }
            return sum / pairs;
        }
    }
}

/// <summary>Chooses forks and routes. Frames are named by their place in the video, never by their slot. Source: spec kvpo, section 4.2.</summary>
internal sealed class ForkPlanner
{
    private readonly KvpoRecipe _recipe;

    public ForkPlanner(KvpoRecipe recipe)
    {
        _recipe = recipe;
        List<int> forks = [];
        for (int section = 0; section < Math.Min(recipe.ForkSections, recipe.SectionCount); section++)
        {
            (int start, int end) = recipe.SectionAt(section);
            for (int fork = start; fork + PerturbedFrames <= end; fork += recipe.ChunkFrames)
            {
                // With no frame to spare all branches would read the same.
                if (fork >= recipe.Window && Pool(fork).Length > RoutedFrames)
                {
                    forks.Add(fork);
                }
            }
        }
        Forks = forks;
    }

    /// <summary>All places where branches can begin.</summary>
    public IReadOnlyList<int> Forks { get; }

    /// <summary>Latent frames that a branch chooses.</summary>
    public int RoutedFrames => _recipe.RoutedFrames;

    private int PerturbedFrames => _recipe.PerturbedChunks * _recipe.ChunkFrames;

    /// <summary>
    /// The frames that routes choose from, rising: those that stay in the cache for all of the perturbed stretch, but for the nearest, and for the
    /// sink where it stays in its place.
    /// </summary>
    public int[] Pool(int fork)
    {
        int last = fork + PerturbedFrames - _recipe.ChunkFrames;
        // "Nearest" counts the chunk in work, so the newest frame of the pool is that many before the chunk's last one.
        int from = Math.Max(_recipe.Sink, last - _recipe.History), to = fork - _recipe.Nearest;
        return [.. Enumerable.Range(0, _recipe.RouteSink ? _recipe.Sink : 0), .. Enumerable.Range(from, Math.Max(0, to - from))];
    }

    /// <summary>Draws a plan.</summary>
    public ForkPlan Draw(ulong seed)
    {
        CounterRandom random = new(seed ^ 0x666F726B, 0);
        int fork = Forks[random.NextInt(Forks.Count)];
        return Plan(fork, random);
    }

    /// <summary>Routes of all branches at a fork.</summary>
    public ForkPlan Plan(int fork, CounterRandom random)
    {
        int[] pool = Pool(fork);
        Shuffle(random, pool);
        int[][] routes = new int[_recipe.GroupSize][];
        for (int k = 0; k < routes.Length; k++)
        {
            if (_recipe.Routes == RouteChoice.Independent && k > 0)
            {
                Shuffle(random, pool);
            }
            routes[k] = Stretch(pool, k);
            Array.Sort(routes[k]);
        }
        int section = 0;
        while (_recipe.SectionAt(section).End <= fork)
        {
            section++;
        }
        (int start, int end) = _recipe.SectionAt(section);
        return new ForkPlan(fork, start, end, routes);
    }

    /// <summary>The frames of branch <paramref name="k"/>, for a given order of the pool.</summary>
    public int[] Stretch(ReadOnlySpan<int> pool, int k)
    {
        int start = _recipe.Routes switch
        {
            RouteChoice.Dispersed => (int)((long)k * pool.Length / _recipe.GroupSize),
            RouteChoice.Stretches => k * Math.Max(1, pool.Length / _recipe.GroupSize),
            _ => 0,
        };
        int[] route = new int[RoutedFrames];
        for (int i = 0; i < route.Length; i++)
        {
            route[i] = pool[(start + i) % pool.Length];
        }
        return route;
    }

    private static void Shuffle(CounterRandom random, int[] values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = random.NextInt(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }
}
