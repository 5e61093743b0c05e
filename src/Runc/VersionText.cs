using System.Reflection;
using Wharf.Libcontainer;

namespace Wharf.Runc;

/// <summary>The words of --version; callers look for "runc version", "commit:" and "spec:".</summary>
internal static class VersionText
{
    internal const string Version = "1.5.0-wharf.0.1.0";

    internal static string Full => $"runc version {Version}\ncommit: {Commit}\nspec: {Container.SpecVersion}\n";

    /// <summary>The build writes it behind the version, where it is made from a repository.</summary>
    private static string Commit =>
        typeof(VersionText).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, { } commit] ? commit : "unknown";
}
