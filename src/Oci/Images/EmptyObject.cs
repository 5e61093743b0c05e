namespace Wharf.Oci.Images;

/// <summary>The value <c>{}</c> of sets that the specs write as maps.</summary>
public sealed record EmptyObject;
