using Wharf.Daemon.Http;
using Wharf.EngineApi.Engine;

namespace Wharf.Daemon.Events;

/// <summary>Which events a listener wants.</summary>
internal sealed class EventFilter
{
    private static readonly string[] Known = ["config", "container", "daemon", "event", "image", "label", "network", "node", "plugin", "scope", "secret", "service", "type", "volume"];

    private static readonly string[] Kinds = ["container", "daemon", "network", "volume", "plugin", "config", "secret", "service", "node"];

    // Their actions carry more behind a colon.
    private static readonly string[] WithDetails = ["health_status", "exec_create", "exec_start"];

    private readonly QueryFilters filters;

    private EventFilter(QueryFilters filters) => this.filters = filters;

    internal static EventFilter Parse(string? text) => new(QueryFilters.Parse(text, Known));

    internal bool Accepts(EventMessage message) =>
        filters.Any("event", action => message.Action == action || (WithDetails.Contains(action) && message.Action.StartsWith(action + ":", StringComparison.Ordinal)))
        && filters.Any("type", type => type == message.Type)
        && filters.Any("scope", scope => scope == message.scope)
        && filters.Any("image", image => IsImage(message, image))
        && filters.All("label", label => QueryFilters.LabelMatches(label, message.Actor.Attributes))
        && Kinds.All(type => filters.Any(type, one => IsNamed(message, type, one)));

    /// <summary>The event is of this kind of thing, and its id or name begins so.</summary>
    private static bool IsNamed(EventMessage message, string type, string text) =>
        message.Type == type
        && (message.Actor.ID.StartsWith(text, StringComparison.Ordinal) || message.Actor.Attributes.GetValueOrDefault("name", "").StartsWith(text, StringComparison.Ordinal));

    /// <summary>The image of an event on images, or of the container that the event is of; with or without its tag.</summary>
    private static bool IsImage(EventMessage message, string text)
    {
        string name = message.Actor.Attributes.GetValueOrDefault(message.Type == "image" ? "name" : "image", "");
        return new[] { message.Actor.ID, name }.Any(one => one == text || WithoutTag(one) == text);
    }

    private static string WithoutTag(string name) => name.LastIndexOf(':') is var colon && colon > name.LastIndexOf('/') ? name[..colon] : name;
}
