namespace LongTake.Models.Text.SentencePiece;

/// <summary>How text is normalised before it is cut (the model file's <c>NormalizerSpec</c>).</summary>
internal sealed record NormalizerSettings
{
    /// <summary>Name of the rule set (nmt_nfkc, nfkc, identity): for messages only, the rules are in <see cref="CharacterMap"/>.</summary>
    public string Name { get; init; } = "";

    /// <summary>Character rules; null for none (identity).</summary>
    public CharacterMap? CharacterMap { get; init; }

    /// <summary>Whether a space is put before the text, so that a first word is spelt like any other.</summary>
    public bool AddDummyPrefix { get; init; } = true;

    /// <summary>Whether leading, trailing and repeated spaces go.</summary>
    public bool RemoveExtraWhitespace { get; init; } = true;

    /// <summary>Whether spaces are written U+2581.</summary>
    public bool EscapeWhitespace { get; init; } = true;
}

/// <summary>A unigram model as read from its file.</summary>
internal sealed record SentencePieceModel
{
    /// <summary>The vocabulary in id order.</summary>
    public required IReadOnlyList<VocabularyPiece> Pieces { get; init; }

    /// <summary>Id of the one <see cref="PieceType.Unknown"/> piece.</summary>
    public required int UnknownId { get; init; }

    public required NormalizerSettings Normalizer { get; init; }

    /// <summary>Rules applied to decoded text; null for none.</summary>
    public NormalizerSettings? Denormalizer { get; init; }

    /// <summary>Whether unknown characters become their bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Whether the dummy space goes behind the text instead of before it.</summary>
    public bool WhitespaceAsSuffix { get; init; }

    /// <summary>What an unknown piece decodes to.</summary>
    public string UnknownSurface { get; init; } = " \u2047 ";

    public string BosPiece { get; init; } = "<s>";

    public string EosPiece { get; init; } = "</s>";

    public string PadPiece { get; init; } = "<pad>";
}
