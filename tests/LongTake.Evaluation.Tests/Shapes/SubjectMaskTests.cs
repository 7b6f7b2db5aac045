using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Tests.Shapes;

/// <summary>Masks from the ends of what each row covers, against asking every sample point.</summary>
public class SubjectMaskTests
{
    [Fact]
    public void Masks_are_those_of_asking_every_point()
    {
        Check<CircleTest>(0);
        Check<SquareTest>(1);
        Check<TriangleTest>(2);
        Check<DiamondTest>(3);
        Check<CrossTest>(4);
        Check<StarTest>(5);

        static void Check<T>(int shape)
            where T : struct, IShapeTest
        {
            Random random = new(shape);
            byte[] hits = new byte[SubjectMask.MaxSide(8) * SubjectMask.MaxSide(8)], expected = new byte[hits.Length];
            for (int i = 0; i < 4000; i++)
            {
                // Sizes of the world at several scales, and any; centres anywhere, and on the grid of sample points, where shapes have their edges.
                double radius = (i % 5) switch { 0 => 7, 1 => 11, 2 => 22, 3 => 1 + (87 * random.NextDouble() * random.NextDouble()), _ => 10 };
                (double x, double y) = i % 3 == 0 ? (random.Next(512) / 8.0, random.Next(512) / 8.0) : (64 * random.NextDouble(), 64 * random.NextDouble());
                PixelBox box = SubjectMask.RasterizeOneByOne<T>(radius, x, y, expected);
                Array.Fill(hits, (byte)99);
                Assert.Equal(box, SubjectMask.Rasterize(shape, radius, x, y, hits));
                Assert.Equal(expected[..(box.Width * box.Height)], hits[..(box.Width * box.Height)]);
                Assert.Equal(99, hits[box.Width * box.Height]);
            }
        }
    }

    [Fact]
    public void No_point_of_a_shape_lies_outside_its_box()
    {
        double[] radii = [7, 11];
        byte[] hits = new byte[SubjectMask.MaxSide(1) * SubjectMask.MaxSide(1)];
        for (int i = 0; i < 600; i++)
        {
            PixelBox box = SubjectMask.Rasterize(i % 6, radii[i / 6 % 2], 30 + (i * 0.013), 30 - (i * 0.017), hits);
            Assert.InRange(box.Width, 1, SubjectMask.MaxSide(1));
            Assert.InRange(box.Height, 1, SubjectMask.MaxSide(1));
        }
    }
}
