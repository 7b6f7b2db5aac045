using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using LongTake.Tensors;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;

namespace LongTake.Benchmarks;

/// <summary>Runs the BenchmarkDotNet suites of this assembly in this process; <c>--filter *Linear*</c> picks some.</summary>
internal static class KernelsCommand
{
    /// <summary>How it is called.</summary>
    public static BenchmarkCommand Command { get; } = new(
        "kernels",
        "BenchmarkDotNet suites over kernels.",
        Run,
        new BenchmarkOption("filter", "*", "which, like *Linear*"));

    private static int Run(Arguments arguments)
    {
        Job job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance);
        IConfig config = DefaultConfig.Instance.AddJob(job).WithOptions(ConfigOptions.DisableOptimizationsValidator);
        BenchmarkSwitcher.FromAssembly(typeof(KernelsCommand).Assembly).Run(["--filter", arguments.Text("filter")], config);
        return 0;
    }
}

/// <summary>Linear layers as they occur in the embedded model (inference and training) and in the 1.3 billion parameter one.</summary>
[MemoryDiagnoser]
public class LinearBenchmarks
{
    private readonly CpuBackend _backend = new();
    private Tensor _x = null!;
    private Tensor _w = null!;
    private Tensor _dy = null!;
    private Tensor _dx = null!;
    private Tensor _dw = null!;

    /// <summary>Rows of x, width of the result, width of x.</summary>
    [Params("48x192x192", "48x576x192", "2688x576x192", "1560x1536x1536")]
    public string Size { get; set; } = "";

    /// <summary>Makes the matrices.</summary>
    [GlobalSetup]
    public void Setup()
    {
        int[] s = [.. Size.Split('x').Select(int.Parse)];
        _x = MatMulCommand.Random([s[0], s[2]], 1);
        _w = MatMulCommand.Random([s[1], s[2]], 2);
        _dy = MatMulCommand.Random([s[0], s[1]], 3);
        _dx = Tensor.Zeros(_x.Shape);
        _dw = Tensor.Zeros(_w.Shape);
    }

    /// <summary>A weight that is being trained: packed in every call.</summary>
    [Benchmark(Baseline = true)]
    public void Forward() => Linear(isFrozen: false, Activation.None);

    /// <summary>A constant weight: packed once.</summary>
    [Benchmark]
    public void Frozen() => Linear(isFrozen: true, Activation.None);

    /// <summary>With the activation in the epilogue.</summary>
    [Benchmark]
    public void FrozenGelu() => Linear(isFrozen: true, Activation.GeluTanh);

    /// <summary>Gradients of x and W.</summary>
    [Benchmark]
    public void Backward() => _backend.LinearBackward(_x, _w, _dy, _dx, _dw, null);

    private void Linear(bool isFrozen, Activation activation)
    {
        using TensorScope scope = TensorScope.Open();
        _w.IsFrozen = isFrozen;
        new Compute(_backend).Linear(_x, _w, null, activation);
    }
}

/// <summary>Attention as it occurs in the embedded model (one chunk with its history; a training batch) and at full width.</summary>
[MemoryDiagnoser]
public class AttentionBenchmarks
{
    private readonly CpuBackend _backend = new();
    private Tensor _q = null!;
    private Tensor _k = null!;
    private Tensor _v = null!;

    /// <summary>Samples, queries, keys, heads, head width.</summary>
    [Params("1x48x240x6x32", "8x336x336x6x32", "1x1560x4680x12x128")]
    public string Size { get; set; } = "";

    /// <summary>Makes queries, keys and values.</summary>
    [GlobalSetup]
    public void Setup()
    {
        int[] s = [.. Size.Split('x').Select(int.Parse)];
        _q = MatMulCommand.Random([s[0], s[1], s[3], s[4]], 1);
        _k = MatMulCommand.Random([s[0], s[2], s[3], s[4]], 2);
        _v = MatMulCommand.Random([s[0], s[2], s[3], s[4]], 3);
    }

    /// <summary>Inference.</summary>
    [Benchmark(Baseline = true)]
    public void Forward()
    {
        using TensorScope scope = TensorScope.Open();
        new Compute(_backend).Attention(_q, _k, _v);
    }

    /// <summary>Training: forward and gradients of all three.</summary>
    [Benchmark]
    public void ForwardAndBackward()
    {
        Compute compute = new(_backend);
        _q.RequiresGrad = _k.RequiresGrad = _v.RequiresGrad = true;
        using Tape tape = compute.Record();
        tape.Backward(compute.Attention(_q, _k, _v), _q);
        _q.RequiresGrad = _k.RequiresGrad = _v.RequiresGrad = false;
    }
}
