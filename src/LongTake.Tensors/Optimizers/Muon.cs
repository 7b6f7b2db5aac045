using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Tensors.Optimizers;

/// <summary>
/// Momentum whose update is orthogonalised: every direction of a weight matrix moves equally far, however small its
/// gradient, which trains ill-conditioned networks in fewer steps than <see cref="AdamW"/>. A convolution's weight
/// [O, I, ...] counts as the matrix [O, I ...]. Parameters that are no hidden matrices are moved by AdamW. Source: Jordan et al.,
/// "Muon: an optimizer for hidden layers in neural networks" (2024); the update's size as in Liu et al., "Muon is scalable for LLM
/// training" (2025).
/// </summary>
public sealed class Muon : IOptimizer
{
    private const string MomentumPrefix = "momentum.";

    private readonly Backend _backend;
    private readonly MuonOptions _options;
    private readonly Dictionary<string, Slot> _slots = [];
    private readonly AdamW _others;
    private readonly Slot[] _order;
    private readonly Action<int> _moveOne;
    private float _rate;
    private float _gradientScale;

    /// <summary>Makes an optimiser for all parameters of a store. The store must outlive it and keep its parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public Muon(Backend backend, ParameterStore parameters, MuonOptions? options = null)
    {
        _backend = backend;
        _options = options ?? new MuonOptions();
        _options.Validate();
        foreach (string name in parameters.Names)
        {
            Tensor p = parameters[name];
            if (p.Rank >= 2 && _options.MatrixFilter?.Invoke(name) != false)
            {
                bool decays = _options.Others.WeightDecayFilter?.Invoke(name) != false;
                _slots.Add(name, new Slot(p, TensorScope.Detach(Tensor.Zeros(p.Shape)), decays));
            }
        }
        AdamWOptions o = _options.Others;
        _others = new AdamW(
            backend, parameters, o with { ParameterFilter = n => !_slots.ContainsKey(n) && o.ParameterFilter?.Invoke(n) != false });

        // Pieces are taken from the last on: the largest matrices there, so that threads finish together.
        _order = [.. _slots.Values.OrderBy(slot => slot.Parameter.Count)];
        _moveOne = Move;
    }

    /// <inheritdoc/>
    public void Step(float? learningRate = null, float gradientScale = 1f)
    {
        _rate = learningRate ?? _options.Others.LearningRate;
        _gradientScale = gradientScale;

        // The matrices are small and many: a thread takes a whole one, where cutting each into pieces would mostly be waiting.
        _backend.ForEach(_order.Length, _moveOne);
        _others.Step(_rate, gradientScale);
    }

    /// <inheritdoc/>
    public void ZeroGradients()
    {
        foreach (Slot slot in _slots.Values)
        {
            slot.Parameter.Grad?.Clear();
        }
        _others.ZeroGradients();
    }

    /// <summary>The state by name: <c>momentum.*</c> of the matrices, and AdamW's state of the others.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State()
    {
        foreach ((string name, Slot slot) in _slots)
        {
            yield return new(MomentumPrefix + name, slot.Momentum);
        }
        foreach (KeyValuePair<string, Tensor> other in _others.State())
        {
            yield return other;
        }
    }

    /// <inheritdoc/>
    public void LoadState(ITensorSource source, string prefix = "")
    {
        foreach ((string name, Slot slot) in _slots)
        {
            SavedState.Load(source, prefix + MomentumPrefix + name, slot.Momentum);
        }
        _others.LoadState(source, prefix);
    }

    /// <summary>Frees momentum and moments.</summary>
    public void Dispose()
    {
        foreach (Slot slot in _slots.Values)
        {
            slot.Momentum.Dispose();
        }
        _slots.Clear();
        _others.Dispose();
    }

    /// <summary>
    /// U S V' becomes nearly U V': an odd polynomial, applied again and again, takes every singular value to about one (between 0.7
    /// and 1.2; exactness would not help). Its coefficients are those of the source.
    /// </summary>
    /// <param name="backend">What to compute with.</param>
    /// <param name="matrix">[M, N]; not changed.</param>
    /// <param name="iterations">How often.</param>
    internal static Tensor Orthogonalize(Backend backend, Tensor matrix, int iterations)
    {
        const float A = 3.4445f, B = -4.7750f, C = 2.0315f;
        int rows = matrix.Shape[0], columns = matrix.Shape[1];
        bool wide = rows <= columns;
        int side = Math.Min(rows, columns);
        Tensor x = Tensor.Empty(matrix.Shape), next = Tensor.Empty(matrix.Shape);
        Tensor square = Tensor.Empty([side, side]), scaled = Tensor.Empty([side, side]), polynomial = Tensor.Empty([side, side]);
        backend.Affine(matrix, (float)(1 / (Math.Sqrt(backend.SumOfSquares(matrix)) + 1e-7)), 0, x);
        for (int i = 0; i < iterations; i++)
        {
            // p = b (x x') + c (x x')^2 on the smaller side, then x = a x + p x.
            backend.MatMul(x, x, square, transposeA: !wide, transposeB: wide, accumulate: false);
            backend.Affine(square, C, 0, scaled);
            backend.Affine(square, B, 0, polynomial);
            backend.MatMul(scaled, square, polynomial, transposeA: false, transposeB: false, accumulate: true);
            backend.Affine(x, A, 0, next);
            backend.MatMul(wide ? polynomial : x, wide ? x : polynomial, next, transposeA: false, transposeB: false, accumulate: true);
            (x, next) = (next, x);
        }
        return x;
    }

    private void Move(int index)
    {
        Slot slot = _order[index];
        if (slot.Parameter.Grad is not Tensor gradient)
        {
            return;
        }
        using TensorScope scope = TensorScope.Open();
        int rows = slot.Parameter.Shape[0];
        int columns = checked((int)(slot.Parameter.Count / rows));
        _backend.Affine(slot.Momentum, _options.Momentum, 0, slot.Momentum);
        _backend.AddScaled(gradient, _gradientScale, slot.Momentum);

        // Nesterov: the gradient counts once more.
        Tensor direction = Tensor.Empty([rows, columns]);
        _backend.Affine(slot.Momentum.View(direction.Shape), _options.Momentum, 0, direction);
        _backend.AddScaled(gradient.View(direction.Shape), _gradientScale, direction);

        Tensor update = Orthogonalize(_backend, direction, _options.Iterations);
        if (slot.Decays)
        {
            _backend.Affine(slot.Parameter, 1 - (_rate * _options.Others.WeightDecay), 0, slot.Parameter);
        }
        float size = _options.UpdateSize * MathF.Sqrt(Math.Max(rows, columns));
        _backend.AddScaled(update.View(slot.Parameter.Shape), -_rate * size, slot.Parameter);
    }

    private sealed record Slot(Tensor Parameter, Tensor Momentum, bool Decays);
}
