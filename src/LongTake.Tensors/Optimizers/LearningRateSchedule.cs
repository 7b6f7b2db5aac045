namespace LongTake.Tensors.Optimizers;

/// <summary>How the learning rate goes on after the warm-up.</summary>
public enum LearningRateDecay
{
    /// <summary>Stays at the peak.</summary>
    Constant,

    /// <summary>Falls on a straight line to the final rate.</summary>
    Linear,

    /// <summary>Falls on half a cosine to the final rate.</summary>
    Cosine,
}

/// <summary>A learning rate that rises linearly during a warm-up and then decays.</summary>
public sealed class LearningRateSchedule
{
    /// <summary>Largest learning rate; positive.</summary>
    public float Peak { get; set; } = 1e-3f;

    /// <summary>Learning rate at the end of the decay; not negative, at most the peak.</summary>
    public float Final { get; set; }

    /// <summary>Steps of the warm-up: step 0 uses Peak / WarmUpSteps, step WarmUpSteps - 1 the peak. Not negative.</summary>
    public long WarmUpSteps { get; set; }

    /// <summary>Steps of the whole training; later steps keep the final rate. At least 1 unless the decay is constant.</summary>
    public long TotalSteps { get; set; }

    /// <summary>How the rate goes on after the warm-up.</summary>
    public LearningRateDecay Decay { get; set; } = LearningRateDecay.Cosine;

    /// <summary>Checks all values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range; the message names it.</exception>
    public void Validate()
    {
        Require(Peak > 0 && float.IsFinite(Peak), nameof(Peak), Peak, "must be positive");
        Require(Final >= 0 && Final <= Peak, nameof(Final), Final, "must lie between 0 and the peak");
        Require(WarmUpSteps >= 0, nameof(WarmUpSteps), WarmUpSteps, "must not be negative");
        Require(
            Decay == LearningRateDecay.Constant || TotalSteps > WarmUpSteps,
            nameof(TotalSteps),
            TotalSteps,
            "must exceed the warm-up");
    }

    /// <summary>Learning rate of a step, counted from 0.</summary>
    public float At(long step)
    {
        if (step < WarmUpSteps)
        {
            return (float)(Peak * ((step + 1.0) / WarmUpSteps));
        }
        if (Decay == LearningRateDecay.Constant)
        {
            return Peak;
        }
        double progress = Math.Min(1, (double)(step - WarmUpSteps) / Math.Max(1, TotalSteps - WarmUpSteps));
        double rest = Decay == LearningRateDecay.Linear ? 1 - progress : 0.5 * (1 + Math.Cos(Math.PI * progress));
        return (float)(Final + ((Peak - Final) * rest));
    }

    private static void Require(bool holds, string name, object value, string rule)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"Learning rate schedule: {name} {rule}.");
        }
    }
}
