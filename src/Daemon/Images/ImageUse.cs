namespace Wharf.Daemon.Images;

/// <summary>A container that was made from an image.</summary>
internal sealed record ImageUse(string ContainerId, string ImageId, bool Running);
