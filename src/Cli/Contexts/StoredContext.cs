using System.Text.Json;

namespace Wharf.Cli.Contexts;

/// <summary>A context: a name for an engine and the way to it.</summary>
/// <param name="Name">Unique; "default" is made of flags and variables, and not stored.</param>
/// <param name="Document">Its meta.json: Name, Metadata, Endpoints.</param>
internal sealed record StoredContext(string Name, JsonElement Document);
