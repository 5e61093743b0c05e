using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Logs;

/// <summary>The container whose lines are sent, as targets and tags name it.</summary>
/// <param name="Tag">Made of the option "tag".</param>
internal sealed record LogSource(string Id, string Name, string ImageId, string ImageName, string Command, DateTimeOffset Created, string Tag, IReadOnlyDictionary<string, string> Attributes)
{
    private const int ShortLength = 12;

    internal string ShortId => Id[..ShortLength];

    /// <summary>The fields of a tag that docker has; what else it may do with a template is not supported.</summary>
    /// <exception cref="EngineException">A template with anything but fields.</exception>
    internal static string MakeTag(string? template, string id, string name, string imageId, string imageName)
    {
        string text = string.IsNullOrEmpty(template) ? "{{.ID}}" : template;
        string bare = imageId.Replace("sha256:", "", StringComparison.Ordinal);
        foreach ((string field, string value) in new[] { ("ID", id[..ShortLength]), ("FullID", id), ("Name", name), ("ImageID", bare.Length > ShortLength ? bare[..ShortLength] : bare), ("ImageFullID", imageId), ("ImageName", imageName), ("DaemonName", "docker") })
        {
            text = text.Replace("{{." + field + "}}", value, StringComparison.Ordinal).Replace("{{ ." + field + " }}", value, StringComparison.Ordinal);
        }

        return text.Contains("{{", StringComparison.Ordinal) ? throw new EngineException(EngineErrorKind.InvalidParameter, $"log opt tag \"{template}\": only the fields ID, FullID, Name, ImageID, ImageFullID, ImageName and DaemonName are supported") : text;
    }

    internal static LogSource Of(Containers.Container container, LogConfig? config, IReadOnlyDictionary<string, string> attributes) => new(
        container.Id,
        container.Document.Name,
        container.Document.ImageId,
        container.Config.Image,
        string.Join(' ', container.Document.Args.Prepend(container.Document.Path)),
        container.Document.Created,
        MakeTag(config?.Config?.GetValueOrDefault("tag"), container.Id, container.Document.Name, container.Document.ImageId, container.Config.Image),
        attributes);
}
