using LongTake.Evaluation.Metrics.Faces;
using LongTake.Models.Vision.Faces;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Evaluation.Tests.Metrics.Faces;

public sealed class NetworkFaceEncoderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake-face-").FullName;
    private readonly CpuBackend _backend = new();

    public void Dispose()
    {
        _backend.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_face_is_the_same_by_its_landmarks_and_as_the_middle_of_a_frame_that_it_fills()
    {
        string path = Path.Combine(_folder, "backbone.safetensors");
        using (ParameterStore parameters = ParameterStore.CreateRandom(FaceNetwork.Specs(FaceNetworkConfig.R18), 2))
        {
            SafetensorsWriter.Write(path, parameters, floatType: DType.F16);
        }
        using NetworkFaceEncoder encoder = new(_backend, path);
        byte[] frame = new byte[112 * 112 * 3], wide = new byte[112 * 150 * 3];
        new Random(6).NextBytes(frame);
        for (int y = 0; y < 112; y++)
        {
            frame.AsSpan(y * 336, 336).CopyTo(wide.AsSpan(((y * 150) + 19) * 3));
        }
        // Source: spec metric-models, section 9.
        FacePoint[] template = [new(38.2946, 51.6963), new(73.5318, 51.5014), new(56.0252, 71.7366), new(41.5493, 92.3655), new(70.7299, 92.2041)];
        float[] centre = Encode(frame, 112, null), cut = Encode(wide, 150, null);
        float[] aligned = Encode(wide, 150, new FaceLandmarks([.. template.Select(p => new FacePoint(p.X + 19, p.Y))]));
        Assert.Equal(512, centre.Length);
        Assert.Equal(1, centre.Sum(v => (double)v * v), 1e-5);
        Assert.Equal(centre, cut);
        Assert.Equal(centre, aligned, (a, b) => MathF.Abs(a - b) < 1e-4f);
        float[] elsewhere = Encode(wide, 150, new FaceLandmarks([.. template.Select(p => new FacePoint(p.X, p.Y + 9))]));
        Assert.True(centre.Zip(elsewhere).Sum(p => p.First * p.Second) < 0.999f);

        float[] Encode(byte[] picture, int width, FaceLandmarks? landmarks)
        {
            float[] feature = new float[encoder.Dim];
            encoder.Encode(picture, 112, width, landmarks, feature);
            return feature;
        }
    }
}
