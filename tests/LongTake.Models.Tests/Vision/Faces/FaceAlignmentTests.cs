using FsCheck;
using FsCheck.Fluent;
using LongTake.Models.Vision.Faces;

namespace LongTake.Models.Tests.Vision.Faces;

public class FaceAlignmentTests
{
    // Source: spec metric-models, section 9.
    private static readonly FacePoint[] s_template =
    [
        new(38.2946, 51.6963), new(73.5318, 51.5014), new(56.0252, 71.7366), new(41.5493, 92.3655), new(70.7299, 92.2041),
    ];

    [Fact]
    public void A_face_where_the_template_has_it_stays_where_it_is()
    {
        FaceSimilarity same = FaceAlignment.To(new FaceLandmarks(s_template));
        Assert.Equal(1, same.A, 1e-12);
        Assert.Equal(0, same.B, 1e-12);
        Assert.Equal(0, same.X, 1e-9);
        byte[] frame = Noise(120, 130);
        float[] face = new float[3 * 112 * 112];
        FaceAlignment.Crop(frame, 120, 130, new FaceLandmarks(s_template), face);
        foreach ((int x, int y, int c) in ((int, int, int)[])[(0, 0, 0), (111, 111, 2), (17, 90, 1)])
        {
            Assert.Equal((frame[(((y * 130) + x) * 3) + c] - 127.5) / 127.5, face[(c * 112 * 112) + (y * 112) + x], 1e-4);
        }
    }

    [Fact]
    public void A_turned_scaled_and_shifted_face_is_brought_back()
    {
        Prop.ForAll(Gen.Choose(0, 0xFFFFFF).ToArbitrary(), bits =>
        {
            int turn = bits & 0xFF, scale = (bits >> 8) & 0xFF, shift = bits >> 16;
            double angle = turn * Math.PI / 128, size = 0.2 + (scale / 40.0);
            FaceSimilarity away = new(size * Math.Cos(angle), size * Math.Sin(angle), shift - 100, 3 * shift);
            FaceSimilarity back = FaceAlignment.To(new FaceLandmarks([.. s_template.Select(away.Apply)]));
            return s_template.All(p => Near(back.Apply(away.Apply(p)), p) && Near(away.Back(away.Apply(p)), p));
        }).QuickCheckThrowOnFailure();

        static bool Near(FacePoint a, FacePoint b) => Math.Abs(a.X - b.X) < 1e-6 && Math.Abs(a.Y - b.Y) < 1e-6;
    }

    [Fact]
    public void No_similarity_is_nearer_in_the_sense_of_least_squares_and_faces_are_not_mirrored()
    {
        // A mirrored face fits the template badly; a reflection would fit it exactly.
        foreach (FaceLandmarks face in (FaceLandmarks[])[
            new([.. s_template.Select((p, i) => new FacePoint(p.X + (5 * Math.Sin(i)), p.Y + (7 * Math.Cos(3 * i))))]),
            new([.. s_template.Select(p => new FacePoint(112 - p.X, p.Y))])])
        {
            FaceSimilarity best = FaceAlignment.To(face);
            double error = Error(best);
            Assert.True(error > 1);
            foreach (double step in (double[])[-1e-3, 1e-3])
            {
                Assert.True(Error(best with { A = best.A + step }) > error);
                Assert.True(Error(best with { B = best.B + step }) > error);
                Assert.True(Error(best with { X = best.X + step }) > error);
                Assert.True(Error(best with { Y = best.Y + step }) > error);
            }

            double Error(FaceSimilarity s) => s_template.Zip(face.Points).Sum(p =>
                Math.Pow(s.Apply(p.Second).X - p.First.X, 2) + Math.Pow(s.Apply(p.Second).Y - p.First.Y, 2));
        }
    }

    [Fact]
    public void Pixels_between_pixels_are_mixed_and_there_is_black_beyond_the_frame()
    {
        // A quarter pixel to the right, and 100 columns of the face lie outside.
        byte[] frame = Noise(112, 12);
        float[] face = new float[3 * 112 * 112];
        FaceAlignment.Crop(frame, 112, 12, new FaceLandmarks([.. s_template.Select(p => new FacePoint(p.X + 0.25, p.Y))]), face);
        double mixed = (0.75 * frame[((50 * 12) + 4) * 3]) + (0.25 * frame[((50 * 12) + 5) * 3]);
        Assert.Equal((mixed - 127.5) / 127.5, face[(50 * 112) + 4], 1e-4);
        Assert.Equal(((0.75 * frame[((50 * 12) + 11) * 3]) - 127.5) / 127.5, face[(50 * 112) + 11], 1e-4);
        Assert.Equal(-1, face[(50 * 112) + 60]);
    }

    [Fact]
    public void Landmarks_that_are_none_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new FaceLandmarks(s_template[..4]));
        Assert.Throws<ArgumentException>(() => new FaceLandmarks([.. s_template[..4], new FacePoint(double.NaN, 0)]));
        Assert.Throws<ArgumentException>(() => new FaceLandmarks([.. Enumerable.Repeat(new FacePoint(3, 4), 5)]));
    }

    private static byte[] Noise(int height, int width)
    {
        byte[] frame = new byte[height * width * 3];
        new Random(5).NextBytes(frame);
        return frame;
    }
}
