using Wharf.Daemon.Events;
using Wharf.EngineApi.Images;

namespace Wharf.Daemon.Images;

/// <summary>Events of images.</summary>
internal sealed class ImageEvents(EventLog log)
{
    internal void Pruned(long reclaimed) => log.Publish("image", "prune", "", new Dictionary<string, string> { ["reclaimed"] = reclaimed.ToString(System.Globalization.CultureInfo.InvariantCulture) });

    /// <param name="action">What was done.</param>
    /// <param name="id">The image's, or the name that it was asked for by.</param>
    /// <param name="name">As users write it; empty: the event names none.</param>
    internal void Publish(string action, string id, string name = "") =>
        log.Publish("image", action, id, name.Length > 0 ? new Dictionary<string, string> { ["name"] = name } : []);

    /// <summary>What a removal has taken away.</summary>
    internal void Publish(IReadOnlyList<DeletedImage> removed, string id)
    {
        foreach (DeletedImage one in removed)
        {
            if (one.Untagged is { Length: > 0 })
            {
                Publish("untag", id, id);
            }

            if (one.Deleted is { Length: > 0 } deleted && deleted == id)
            {
                Publish("delete", id, id);
            }
        }
    }
}
