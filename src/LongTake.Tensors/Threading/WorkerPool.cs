using System.Runtime.CompilerServices;

namespace LongTake.Tensors.Threading;

/// <summary>One independent piece of a parallel loop. Implement it on a struct, so that starting a loop allocates nothing.</summary>
public interface IParallelJob
{
    /// <summary>Does piece number <paramref name="index"/> of the loop. Pieces run in any order, on any thread.</summary>
    void Run(int index);
}

/// <summary>
/// The one thread pool of the engine: a fork-join loop over numbered pieces. The caller works too; a worker that the
/// system has descheduled is never waited for unless it holds a piece. Results must not depend on which thread runs a
/// piece, and the number of pieces must not depend on the number of threads: then every result is the same for any
/// number of threads.
/// </summary>
/// <remarks>
/// Each thread owns an equal, connected range of a loop's pieces and takes from the others' ranges only when its own is
/// empty. Loops over the same rows, one after the other, so find their rows in the cache of the same core.
/// </remarks>
public sealed unsafe class WorkerPool : IDisposable
{
    private const int SpinsBeforeSleep = 4000;

    [ThreadStatic]
    private static bool t_inside;

    private readonly Thread[] _threads;
    private readonly Lock _callerGate = new();
    private readonly object _sleepGate = new();
    private int _sleepers;
    private volatile bool _stopping;

    // One ticket a thread, each on cache lines of its own. Upper half: number of the loop; lower half: pieces of the thread's
    // range not yet taken. One compare-and-swap takes a piece and proves which loop it belongs to, and a loop cannot end
    // while one of its pieces is held, so _count, _invoke and _job are stable.
    private const int TicketStride = 16;
    private readonly long[] _tickets;
    private uint _loop;
    private int _count;
    private int _unfinished;
    private delegate*<void*, int, void> _invoke;
    private void* _job;
    private Exception? _failure;

    /// <summary>Starts a pool.</summary>
    /// <param name="threads">Threads that work in a loop, the caller included; 0 for one a processor.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative or above 1024.</exception>
    public WorkerPool(int threads = 0)
    {
        if (threads is < 0 or > 1024)
        {
            throw new ArgumentOutOfRangeException(nameof(threads), threads, "The number of threads lies between 0 (one a processor) and 1024.");
        }
        Threads = threads == 0 ? Environment.ProcessorCount : threads;
        _tickets = new long[(Threads + 1) * TicketStride];
        _threads = new Thread[Threads - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int slot = i + 1;
            _threads[i] = new Thread(() => Work(slot)) { IsBackground = true, Name = $"LongTake worker {slot}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads that work in a loop, the caller included.</summary>
    public int Threads { get; }

    /// <summary>
    /// Runs pieces 0 to <paramref name="count"/> - 1 of a job and returns when all are done. Called from inside a piece,
    /// or while another thread runs a loop, it runs them on the calling thread.
    /// </summary>
    /// <exception cref="AggregateException">A piece threw; the others have been run.</exception>
    public void Run<TJob>(ref TJob job, int count)
        where TJob : struct, IParallelJob
    {
        if (count <= 0)
        {
            return;
        }
        if (count == 1 || _threads.Length == 0 || t_inside || !_callerGate.TryEnter())
        {
            for (int i = 0; i < count; i++)
            {
                job.Run(i);
            }
            return;
        }
        try
        {
            // The struct stays where it is (on the caller's stack) until every piece is done.
            _job = Unsafe.AsPointer(ref job);
            _invoke = &Invoke<TJob>;
            _count = count;
            _unfinished = count;
            long loop = (long)++_loop << 32;
            for (int slot = 0; slot < Threads; slot++)
            {
                Interlocked.Exchange(ref Ticket(slot), loop | (uint)(End(slot) - End(slot - 1)));
            }
            if (Volatile.Read(ref _sleepers) > 0)
            {
                lock (_sleepGate)
                {
                    Monitor.PulseAll(_sleepGate);
                }
            }
            t_inside = true;
            TakePieces(0);
            t_inside = false;
            SpinWait spinner = default;
            while (Volatile.Read(ref _unfinished) != 0)
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }
            if (Interlocked.Exchange(ref _failure, null) is Exception failure)
            {
                throw new AggregateException("A parallel loop failed.", failure);
            }
        }
        finally
        {
            _callerGate.Exit();
        }
    }

    /// <summary>Stops and joins the workers. No loop may be running.</summary>
    public void Dispose()
    {
        _stopping = true;
        lock (_sleepGate)
        {
            Monitor.PulseAll(_sleepGate);
        }
        foreach (Thread t in _threads)
        {
            t.Join();
        }
    }

    private static void Invoke<TJob>(void* job, int index)
        where TJob : struct, IParallelJob => Unsafe.AsRef<TJob>(job).Run(index);

    private ref long Ticket(int slot) => ref _tickets[(slot + 1) * TicketStride];

    // Where the range of a thread ends.
    private int End(int slot) => (int)((long)_count * (slot + 1) / Threads);

    /// <summary>Runs pieces, those of the slot's own range first, until no range has one left.</summary>
    /// <returns>How many.</returns>
    private int TakePieces(int slot)
    {
        int done = 0;
        for (int i = 0; i < Threads; i++)
        {
            int from = slot + i < Threads ? slot + i : slot + i - Threads;
            while (TakePiece(from))
            {
                done++;
            }
        }
        if (done > 0)
        {
            Interlocked.Add(ref _unfinished, -done);
        }
        return done;
    }

    private bool TakePiece(int slot)
    {
        ref long place = ref Ticket(slot);
        while (true)
        {
            long ticket = Volatile.Read(ref place);
            uint left = (uint)ticket;
            if (left == 0)
            {
                return false;
            }
            if (Interlocked.CompareExchange(ref place, ticket - 1, ticket) != ticket)
            {
                continue;
            }
            try
            {
                _invoke(_job, End(slot) - (int)left);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _failure, e, null);
            }
            return true;
        }
    }

    private bool HasPieces()
    {
        for (int slot = 0; slot < Threads; slot++)
        {
            if ((uint)Volatile.Read(ref Ticket(slot)) != 0)
            {
                return true;
            }
        }
        return false;
    }

    private void Work(int slot)
    {
        t_inside = true;
        int idle = 0;
        while (!_stopping)
        {
            if (TakePieces(slot) > 0)
            {
                idle = 0;
                continue;
            }
            if (++idle < SpinsBeforeSleep)
            {
                Thread.SpinWait(8);
                continue;
            }
            lock (_sleepGate)
            {
                Interlocked.Increment(ref _sleepers);
                if (!HasPieces() && !_stopping)
                {
                    Monitor.Wait(_sleepGate);
                }
                Interlocked.Decrement(ref _sleepers);
            }
            idle = 0;
        }
    }
}
