namespace LongTake.Alignment.Branches;

/// <summary>Where the members of a group leave the video that they share.</summary>
/// <param name="Fork">First latent frame in which they differ.</param>
/// <param name="SectionStart">First latent frame of the section that it lies in.</param>
/// <param name="SectionEnd">First latent frame after it.</param>
internal record ForkPoint(int Fork, int SectionStart, int SectionEnd);
