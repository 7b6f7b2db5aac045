using System.Text.Json;
using System.Text.Json.Nodes;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

public sealed partial record TransformerSettings
{
    /// <summary>Reads the settings that a transformer's <c>config.json</c> holds; what it leaves out comes from <paramref name="defaults"/>.</summary>
    /// <param name="json">The configuration.</param>
    /// <param name="defaults">Values of missing fields.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="CheckpointException">A field is of the wrong type or out of its range.</exception>
    public static TransformerSettings Parse(JsonElement json, TransformerSettings defaults, string source)
    {
        try
        {
            TransformerSettings settings = new()
            {
                Sampler = Get(json, "sampler", e => e.GetString()!, defaults.Sampler),
                Steps = Get(json, "num_inference_steps", e => e.GetInt32(), defaults.Steps),
                Shift = Get(json, "timestep_shift", e => e.GetDouble(), defaults.Shift),
                Guidance = Get(json, "guidance_scale", e => e.GetDouble(), defaults.Guidance),
                StepList = Get(json, "denoising_step_list", e => [.. e.EnumerateArray().Select(s => s.GetInt32())], defaults.StepList),
                WarpStepList = Get(json, "warp_denoising_step", e => e.GetBoolean(), defaults.WarpStepList),
                FramesPerBlock = Get(json, "num_frame_per_block", e => e.GetInt32(), defaults.FramesPerBlock),
                WindowFrames = Get(json, "local_attn_size", e => e.GetInt32(), defaults.WindowFrames),
                SinkFrames = Get(json, "sink_size", e => e.GetInt32(), defaults.SinkFrames),
                ContextNoise = Get(json, "context_noise", e => e.GetDouble(), defaults.ContextNoise),
                TrainedFrames = Get(json, "num_frames", e => e.GetInt32(), defaults.TrainedFrames),
                Height = Get(json, "height", e => e.GetInt32(), defaults.Height),
                Width = Get(json, "width", e => e.GetInt32(), defaults.Width),
                FramesPerSecond = Get(json, "fps", e => e.GetDouble(), defaults.FramesPerSecond),
                World = Get(json, "world", e => e.GetString(), defaults.World),
            };
            settings.Validate();
            return settings;
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException($"{source}: {e.Message}", e);
        }

        T Get<T>(JsonElement from, string name, Func<JsonElement, T> read, T otherwise)
        {
            if (!from.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            {
                return otherwise;
            }
            try
            {
                return read(value);
            }
            catch (Exception e) when (e is InvalidOperationException or FormatException)
            {
                throw new CheckpointException($"{source}: '{name}' is {value.GetRawText()}, which is not of the right type.", e);
            }
        }
    }

    /// <summary>Writes all settings into a configuration, where <see cref="Parse"/> finds them.</summary>
    public void AddTo(JsonObject json)
    {
        json["sampler"] = Sampler;
        json["num_inference_steps"] = Steps;
        json["timestep_shift"] = Shift;
        json["guidance_scale"] = Guidance;
        json["denoising_step_list"] = new JsonArray([.. StepList.Select(s => (JsonNode)s)]);
        json["warp_denoising_step"] = WarpStepList;
        json["num_frame_per_block"] = FramesPerBlock;
        json["local_attn_size"] = WindowFrames;
        json["sink_size"] = SinkFrames;
        json["context_noise"] = ContextNoise;
        json["num_frames"] = TrainedFrames;
        json["height"] = Height;
        json["width"] = Width;
        json["fps"] = FramesPerSecond;
        if (World is not null)
        {
            json["world"] = World;
        }
    }
}
