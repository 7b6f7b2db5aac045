using LongTake.Models.Text.Clip;
using LongTake.Models.Vision;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Vision;

public class VisionTransformerTests
{
    [Fact]
    public void The_full_models_have_the_published_parameters()
    {
        Assert.Equal(85_798_656, Count(VisionTransformer.Specs(VisionTransformerConfig.DinoBase16)));
        Assert.Equal(87_849_216, Count(VisionTransformer.Specs(VisionTransformerConfig.ClipBase32)));
        Assert.Equal(303_966_208, Count(VisionTransformer.Specs(VisionTransformerConfig.ClipLarge14)));
        // The published count has the mask token, which is not used.
        Assert.Equal(86_580_480 - 768, Count(VisionTransformer.Specs(VisionTransformerConfig.DinoV2Base14)));
        Assert.Equal(63_428_096, Count(ClipTextEncoder.Specs(ClipTextConfig.Base32)));
        // The scale of the logits is one more.
        Assert.Equal(151_277_313, 87_849_216 + 63_428_096 + 1);
        // OpenCLIP ViT-H/14, of HPSv2, has 986,109,441 with the scale of its logits.
        Assert.Equal(632_076_800, Count(VisionTransformer.Specs(VisionTransformerConfig.OpenClipHuge14)));
        Assert.Equal(354_032_640, Count(ClipTextEncoder.Specs(ClipTextConfig.OpenClipHuge14)));
        Assert.Equal(986_109_441, 632_076_800 + 354_032_640 + 1);
        Assert.Equal(427_616_513, 303_966_208 + Count(ClipTextEncoder.Specs(ClipTextConfig.Large14)) + 1);
    }

    [Theory]
    [InlineData(VisionFamily.Dino)]
    [InlineData(VisionFamily.DinoV2)]
    [InlineData(VisionFamily.Clip)]
    [InlineData(VisionFamily.OpenClip)]
    public void The_network_computes_what_the_specification_says(VisionFamily family)
    {
        VisionTransformerConfig config = Tiny(family);
        using ParameterStore parameters = Random(VisionTransformer.Specs(config));
        using VisionTransformer network = new(config, parameters);
        using CpuBackend backend = new(1);
        using TensorScope scope = TensorScope.Open();
        Tensor images = Image(2, 8, 8);
        Tensor result = network.Encode(new Compute(backend), images);
        Assert.Equal(Shape.Create([2, config.OutputDim]), result.Shape);
        for (int b = 0; b < 2; b++)
        {
            double[] expected = Scalar(config, parameters, images.Row(b));
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], result.Row(b).Span[i], 1e-5);
            }
        }
    }

    [Fact]
    public void The_class_token_can_be_had_before_the_last_norm()
    {
        VisionTransformerConfig config = Tiny(VisionFamily.Dino);
        using ParameterStore parameters = Random(VisionTransformer.Specs(config));
        using VisionTransformer network = new(config, parameters), bare = new(config with { SkipsLastNorm = true }, parameters);
        using CpuBackend backend = new(1);
        Compute compute = new(backend);
        using TensorScope scope = TensorScope.Open();
        float[] token = bare.Encode(compute, Image(1, 8, 8)).Span.ToArray();
        double[] normed = new ScalarEncoder(parameters, false, config.HeadCount, config.Eps).Norm([.. token.Select(v => (double)v)], "norm");
        Assert.Equal(normed, network.Encode(compute, Image(1, 8, 8)).Span.ToArray().Select(v => (double)v), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.NotEqual(token, network.Encode(compute, Image(1, 8, 8)).Span.ToArray());
        Assert.Throws<ArgumentException>(() => VisionTransformer.Specs(Tiny(VisionFamily.Clip) with { SkipsLastNorm = true }));
    }

    [Fact]
    public void What_is_left_over_after_whole_patches_is_not_looked_at()
    {
        VisionTransformerConfig config = Tiny(VisionFamily.Dino);
        using ParameterStore parameters = Random(VisionTransformer.Specs(config));
        using VisionTransformer network = new(config, parameters);
        using CpuBackend backend = new(1);
        using TensorScope scope = TensorScope.Open();
        Tensor image = Image(1, 11, 18);
        float[] whole = network.Encode(new Compute(backend), image).Span.ToArray();
        for (int c = 0; c < 3; c++)
        {
            for (int y = 0; y < 11; y++)
            {
                for (int x = 0; x < 18; x++)
                {
                    if (y >= 8 || x >= 16)
                    {
                        image.Span[(((c * 11) + y) * 18) + x] = 99;
                    }
                }
            }
        }
        Assert.Equal(whole, network.Encode(new Compute(backend), image).Span.ToArray());
    }

    [Fact]
    public void Positions_lie_where_the_original_code_puts_them()
    {
        Assert.Equal(-0.209544, SampledAxis.Position(0, 14 / 24.1), 1e-6);
        Assert.Equal(13.151452, SampledAxis.Position(23, 14 / 24.1), 1e-6);
        Assert.Equal(-0.003546, SampledAxis.Position(0, 14 / 14.1), 1e-6);

        // The last patch: taps 12 to 15, of which the table has two.
        SampledAxis axis = PositionTable.Axis(14, 24);
        Assert.Equal(24, axis.Length);
        Assert.Equal([12, 13, 13, 13], axis.Indices(23).ToArray());
        Assert.Equal([0, 0, 0, 1], axis.Indices(0).ToArray());
        Assert.Equal(1, axis.Weights(23).ToArray().Sum(), 1e-6);
    }

    [Fact]
    public void A_grid_of_the_tables_size_takes_it_as_it_is_only_for_square_images()
    {
        using TensorScope scope = TensorScope.Open();
        Tensor table = Tensor.From([.. Enumerable.Range(0, 5 * 2).Select(i => i % 3f)], [5, 2]);
        using PositionTable positions = new(table, 2);
        Assert.Same(table, positions.For(2, 2, isSquare: true));
        Tensor resized = positions.For(2, 2, isSquare: false);
        Assert.NotEqual(table.Span.ToArray(), resized.Span.ToArray());
        Assert.Equal(table.Span[..2].ToArray(), resized.Span[..2].ToArray());
    }

    [Fact]
    public void Wrong_images_and_parameters_are_refused_by_name()
    {
        VisionTransformerConfig config = Tiny(VisionFamily.Clip);
        using ParameterStore parameters = Random(VisionTransformer.Specs(config));
        using VisionTransformer network = new(config, parameters);
        using CpuBackend backend = new(1);
        using TensorScope scope = TensorScope.Open();
        Assert.Contains(
            "8x8 pixels, not 12x8",
            Assert.Throws<ArgumentException>(() => network.Encode(new Compute(backend), Image(1, 8, 12))).Message,
            StringComparison.Ordinal);
        parameters.Add("stray", Tensor.Zeros([1]));
        Assert.Contains("'stray'", Assert.Throws<ArgumentException>(() => new VisionTransformer(config, parameters)).Message, StringComparison.Ordinal);
        using ParameterStore others = Random(VisionTransformer.Specs(config with { Width = 16 }));
        Assert.Contains("visual.class_embedding", Assert.Throws<ArgumentException>(() => new VisionTransformer(config, others)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => VisionTransformer.Specs(config with { HeadCount = 3 }));
        Assert.Throws<ArgumentException>(() => VisionTransformer.Specs(config with { ImageSize = 10 }));
    }

    internal static VisionTransformerConfig Tiny(VisionFamily family) => new()
    {
        Family = family,
        Name = "a tiny " + family,
        ImageSize = 8,
        PatchSize = 4,
        Width = 8,
        LayerCount = 2,
        HeadCount = 2,
        EmbeddingDim = family is VisionFamily.Clip or VisionFamily.OpenClip ? 6 : 0,
    };

    /// <summary>Parameters none of which is 0 or 1 throughout.</summary>
    internal static ParameterStore Random(IReadOnlyList<ParameterSpec> specs, ulong seed = 5) => ParameterStore.CreateRandom(
        specs.Select(s => s with { Init = ParameterInit.Normal, Scale = s.Init == ParameterInit.Normal ? s.Scale : 0.5f }), seed);

    private static long Count(IReadOnlyList<ParameterSpec> specs) => specs.Sum(s => s.Shape.Count);

    private static Tensor Image(int batch, int height, int width) => Tensor.From(
        [.. Enumerable.Range(0, batch * 3 * height * width).Select(i => MathF.Sin(1.7f * i) + (0.3f * MathF.Cos(0.31f * i)))], [batch, 3, height, width]);

    private static double[] Scalar(VisionTransformerConfig config, ParameterStore parameters, Tensor image)
    {
        bool isClip = config.IsClip;
        ScalarEncoder scalar = new(parameters, isClip, config.HeadCount, config.Eps, config.Family == VisionFamily.OpenClip);
        int p = config.PatchSize;
        double[] positions = scalar.Values(isClip ? "visual.positional_embedding" : "pos_embed");
        List<double[]> tokens = [scalar.Values(isClip ? "visual.class_embedding" : "cls_token")];
        for (int row = 0; row < config.GridSize; row++)
        {
            for (int column = 0; column < config.GridSize; column++)
            {
                double[] patch =
                [
                    .. Enumerable.Range(0, 3 * p * p).Select(i =>
                        (double)image.Span[(((i / p / p * config.ImageSize) + (row * p) + (i / p % p)) * config.ImageSize) + (column * p) + (i % p)]),
                ];
                tokens.Add(scalar.Linear(patch, isClip ? "visual.conv1.weight" : "patch_embed.proj.weight", isClip ? null : "patch_embed.proj.bias"));
            }
        }
        double[][] x = [.. tokens.Select((t, n) => t.Select((v, i) => v + positions[(n * config.Width) + i]).ToArray())];
        x = isClip ? [.. x.Select(t => scalar.Norm(t, "visual.ln_pre"))] : x;
        for (int i = 0; i < config.LayerCount; i++)
        {
            x = scalar.Block(x, (isClip ? "visual.transformer.resblocks." : "blocks.") + i + ".", isCausal: false, config.Family == VisionFamily.DinoV2);
        }
        double[] y = scalar.Norm(x[0], isClip ? "visual.ln_post" : "norm");
        return isClip ? scalar.Project(y, "visual.proj") : y;
    }
}
