using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Memory;

namespace LongTake.Tensors;

/// <summary>
/// A dense row-major array in 64-byte aligned native memory. Always contiguous: reshapes and slices along the first
/// dimension are views (they share memory), everything else copies. Its memory is returned on <see cref="Dispose"/>,
/// or at the end of the <see cref="TensorScope"/> it was made in; a tensor made inside a scope must not be touched
/// after the scope ends unless it was kept.
/// </summary>
public sealed unsafe partial class Tensor : IDisposable
{
    private NativeBuffer? _buffer;
    private byte* _address;
    private float _scale = 1f;

    private Tensor()
    {
    }

    /// <summary>The sizes, outermost first.</summary>
    public Shape Shape { get; private set; }

    /// <summary>How elements are stored.</summary>
    public DType DType { get; private set; }

    /// <summary>Number of dimensions.</summary>
    public int Rank => Shape.Rank;

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Count;

    /// <summary>Bytes that the elements take.</summary>
    public long Bytes => Count * DType.Size();

    /// <summary>Whether the memory has been given back.</summary>
    public bool IsDisposed => _buffer is null;

    /// <summary>
    /// Marks a constant weight: a backend may keep a rearranged copy of it (see <see cref="Packed"/>). Never set on
    /// parameters that are being trained.
    /// </summary>
    public bool IsFrozen { get; set; }

    /// <summary>
    /// What the stored elements of a float8 tensor are multiplied by where they become numbers: element = stored * scale, rounded to single
    /// precision. All that widens stored weights does so (linear layers, convolutions, embeddings, casts, <see cref="Files.TensorConversion"/>);
    /// operations that only move elements of a tensor do not, so cast one with a scale first. Default 1; views have their tensor's.
    /// </summary>
    /// <exception cref="ArgumentException">The tensor is not float8, or the value is not positive and finite.</exception>
    public float Scale
    {
        get => _scale;
        set
        {
            if (value != 1f && !DType.IsFloat8())
            {
                throw new ArgumentException($"Only float8 tensors have a scale, not {this}.", nameof(value));
            }
            _scale = float.IsFinite(value) && value > 0 ? value : throw new ArgumentException($"A scale is positive and finite, not {value}.", nameof(value));
        }
    }

    /// <summary>A backend's rearranged copy of a frozen weight; disposed with the tensor.</summary>
    internal IDisposable? Packed { get; set; }

    /// <summary>Whether gradients are wanted (parameters) or flow through (results of recorded operations).</summary>
    public bool RequiresGrad { get; set; }

    /// <summary>The accumulated gradient of a leaf, same shape; null before the first backward pass.</summary>
    public Tensor? Grad { get; set; }

    internal TapeNode? Node { get; set; }

    /// <summary>Address of the first element.</summary>
    /// <exception cref="ObjectDisposedException">The memory has been given back.</exception>
    public void* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_buffer is null, this);
            return _address;
        }
    }

    /// <summary>Address of the first element as single precision.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not <see cref="DType.F32"/>.</exception>
    public float* F32 => DType == DType.F32 ? (float*)Pointer : throw WrongType(DType.F32);

    /// <summary>All elements as single precision.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not <see cref="DType.F32"/>.</exception>
    public Span<float> Span => new(F32, checked((int)Count));

    /// <summary>Makes a tensor with undefined contents.</summary>
    public static Tensor Empty(Shape shape, DType type = DType.F32)
    {
        NativeBuffer buffer = NativeMemoryPool.Shared.Rent(shape.Count * type.Size());
        return Attach(buffer, buffer.Address, shape, type);
    }

    /// <summary>Makes a tensor of zeros.</summary>
    public static Tensor Zeros(Shape shape, DType type = DType.F32)
    {
        Tensor t = Empty(shape, type);
        t.Clear();
        return t;
    }

    /// <summary>Makes a tensor that holds a copy of <paramref name="values"/>.</summary>
    /// <exception cref="ArgumentException">The number of values is not the shape's.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, Shape shape)
        where T : unmanaged
    {
        if (values.Length != shape.Count)
        {
            throw new ArgumentException($"The shape {shape} takes {shape.Count} values, not {values.Length}.", nameof(values));
        }
        Tensor t = Empty(shape, TypeOf<T>());
        values.CopyTo(t.AsSpan<T>());
        return t;
    }

    /// <summary>Makes a single-precision tensor that holds a copy of <paramref name="values"/>.</summary>
    public static Tensor From(ReadOnlySpan<float> values, Shape shape) => From<float>(values, shape);

    /// <summary>Wraps memory of another owner, for example a mapped file. The owner is disposed with the last view.</summary>
    internal static Tensor Wrap(void* address, Shape shape, DType type, IDisposable? owner) =>
        Attach(new NativeBuffer((byte*)address, owner), (byte*)address, shape, type);

    /// <summary>The elements as a span of <typeparamref name="T"/>, which must have the element's size.</summary>
    /// <exception cref="InvalidOperationException">The sizes differ.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged =>
        Unsafe.SizeOf<T>() == DType.Size()
            ? new Span<T>(Pointer, checked((int)Count))
            : throw new InvalidOperationException($"A {DType} tensor has no view as {typeof(T).Name}.");

    /// <summary>Sets every byte to zero.</summary>
    public void Clear() => NativeMemory.Clear(Pointer, (nuint)Bytes);

    /// <summary>Copies all elements from a tensor of the same shape, type and scale.</summary>
    /// <exception cref="ArgumentException">Shape, type or scale differ.</exception>
    public void CopyFrom(Tensor source)
    {
        if (source.Count != Count || source.DType != DType)
        {
            throw new ArgumentException($"Cannot copy {source.DType} {source.Shape} into {DType} {Shape}.", nameof(source));
        }
        if (source.Scale != Scale)
        {
            throw new ArgumentException($"Cannot copy {source} of scale {source.Scale} into one of scale {Scale}.", nameof(source));
        }
        NativeMemory.Copy(source.Pointer, Pointer, (nuint)Bytes);
    }

    /// <summary>A copy with its own memory.</summary>
    public Tensor Clone()
    {
        Tensor t = Empty(Shape, DType);
        t._scale = _scale;
        t.CopyFrom(this);
        return t;
    }

    /// <summary>The same memory under another shape with as many elements.</summary>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public Tensor View(Shape shape)
    {
        if (shape.Count != Count)
        {
            throw new ArgumentException($"A tensor of shape {Shape} cannot be viewed as {shape}.", nameof(shape));
        }
        return Share(_address, shape);
    }

    /// <summary>A view of rows <paramref name="start"/> to <paramref name="start"/> + <paramref name="length"/> of the first dimension.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the tensor.</exception>
    public Tensor Rows(int start, int length)
    {
        if (start < 0 || length < 0 || start + (long)length > Shape[0])
        {
            throw new ArgumentOutOfRangeException(nameof(start), $"Rows {start}..{start + (long)length} leave a tensor of shape {Shape}.");
        }
        long row = Shape.CountOf(1, Rank) * DType.Size();
        return Share(_address + (start * row), Shape.With(0, length));
    }

    /// <summary>A view of one entry of the first dimension, without that dimension.</summary>
    public Tensor Row(int index)
    {
        using Tensor one = Rows(index, 1);
        return one.View(Shape.Sub(1, Rank));
    }

    /// <summary>Gives the memory back (to the pool, or to its owner when the last view goes). Repeated calls do nothing.</summary>
    public void Dispose()
    {
        NativeBuffer? buffer = _buffer;
        if (buffer is null)
        {
            return;
        }
        _buffer = null;
        _address = null;
        Packed?.Dispose();
        Packed = null;
        Node = null;
        buffer.Release();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{DType} {Shape}";

    private Tensor Share(byte* address, Shape shape)
    {
        ObjectDisposedException.ThrowIf(_buffer is null, this);
        Tensor view = Attach(_buffer, address, shape, DType);
        view._scale = _scale;
        return view;
    }

    private static Tensor Attach(NativeBuffer buffer, byte* address, Shape shape, DType type)
    {
        TensorScope? scope = TensorScope.Current;
        Tensor t = scope?.TakeHandle() ?? new Tensor();
        buffer.AddReference();
        t._buffer = buffer;
        t._address = address;
        t.Shape = shape;
        t.DType = type;
        t._scale = 1f;
        t.IsFrozen = false;
        t.RequiresGrad = false;
        t.Grad = null;
        t.Node = null;
        scope?.Register(t);
        return t;
    }

    private static DType TypeOf<T>() => typeof(T) switch
    {
        Type t when t == typeof(float) => DType.F32,
        Type t when t == typeof(double) => DType.F64,
        Type t when t == typeof(Half) => DType.F16,
        Type t when t == typeof(BFloat16) => DType.BF16,
        Type t when t == typeof(Float8E4M3) => DType.F8E4M3,
        Type t when t == typeof(Float8E5M2) => DType.F8E5M2,
        Type t when t == typeof(long) => DType.I64,
        Type t when t == typeof(int) => DType.I32,
        Type t when t == typeof(short) => DType.I16,
        Type t when t == typeof(sbyte) => DType.I8,
        Type t when t == typeof(byte) => DType.U8,
        Type t when t == typeof(bool) => DType.Bool,
        Type t => throw new ArgumentException($"No element type for {t.Name}."),
    };

    private InvalidOperationException WrongType(DType wanted) => new($"The tensor {this} is not {wanted}.");
}
