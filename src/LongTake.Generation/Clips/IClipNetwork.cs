namespace LongTake.Generation.Clips;

/// <summary>A bidirectional network as clip methods see it, with prompts and classifier-free guidance inside.</summary>
public interface IClipNetwork
{
    /// <summary>Calls so far; a guided one counts once.</summary>
    long Calls { get; }

    /// <summary>Predicts noise minus clean latents into <see cref="ClipCall.Velocity"/>.</summary>
    /// <param name="call">Latents, timesteps and prompts.</param>
    void Predict(ClipCall call);
}
