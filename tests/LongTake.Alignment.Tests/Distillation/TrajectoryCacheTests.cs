using LongTake.Alignment.Distillation;

namespace LongTake.Alignment.Tests.Distillation;

public sealed class TrajectoryCacheTests : IDisposable
{
    private static readonly TrajectoryCacheInfo s_info = new("shapes-1", "AB", "1000,500", 5, 4, 3, "full", 1, 3, 2, 3, 2, 2);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void An_interrupted_file_is_completed_in_the_same_batches()
    {
        List<(int First, int Count)> calls = [];
        Open("whole", 7, 3, calls).Dispose();
        Assert.Equal([(0, 3), (3, 3), (6, 1)], calls);

        byte[] whole = File.ReadAllBytes(_folder.File("whole"));
        Open("parts", 7, 3, calls, stopAfter: 1).Dispose();
        Assert.Equal(3 * 2 * s_info.Elements, new FileInfo(_folder.File("parts")).Length);
        File.WriteAllBytes(_folder.File("parts"), whole[..((5 * 2 * s_info.Elements) - 10)]);
        calls.Clear();
        using TrajectoryCache again = Open("parts", 7, 3, calls);
        Assert.Equal([(3, 3), (6, 1)], calls);
        Assert.Equal(7, again.Count);
        Half[] states = new Half[s_info.Elements];
        again.Read(5, states);
        Assert.All(states, s => Assert.Equal((Half)5, s));
    }

    [Fact]
    public void Fewer_trajectories_than_there_are_need_no_work()
    {
        List<(int First, int Count)> calls = [];
        Open("file", 4, 2, calls).Dispose();
        calls.Clear();
        using TrajectoryCache fewer = Open("file", 3, 2, calls);
        Assert.Empty(calls);
        Assert.Equal(3, fewer.Count);
    }

    [Theory]
    [InlineData(true, "another teacher")]
    [InlineData(false, "other settings")]
    public void A_file_of_another_teacher_or_of_other_settings_is_refused(bool teacher, string expected)
    {
        Open("file", 1, 1, []).Dispose();
        TrajectoryCacheInfo other = teacher ? s_info with { Teacher = "CD" } : s_info with { TeacherSteps = 8 };
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => Open("file", 1, 1, [], info: other));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.File("file"), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_something_else_is_not_touched()
    {
        string path = _folder.File("notes.txt", "mine");
        Assert.Throws<InvalidDataException>(() => Open("notes.txt", 1, 1, []));
        Assert.Equal("mine", File.ReadAllText(path));
    }

    public void Dispose() => _folder.Dispose();

    private TrajectoryCache Open(
        string name, int count, int batch, List<(int First, int Count)> calls, int stopAfter = int.MaxValue, TrajectoryCacheInfo? info = null)
    {
        using CancellationTokenSource stop = new();
        int done = 0;
        return TrajectoryCache.OpenOrBuild(_folder.File(name), info ?? s_info, count, batch, Compute, null, stop.Token);

        Half[] Compute(int first, int n)
        {
            calls.Add((first, n));
            if (++done >= stopAfter)
            {
                stop.Cancel();
            }
            return [.. Enumerable.Range(first, n).SelectMany(i => Enumerable.Repeat((Half)i, s_info.Elements))];
        }
    }
}
