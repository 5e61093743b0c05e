using Wharf.Libcontainer;

namespace Wharf.Runc;

/// <summary>The words of --version; callers look for "runc version" and "spec:".</summary>
internal static class VersionText
{
    internal const string Version = "1.5.0-wharf.0.1.0";

    internal static string Full => $"runc version {Version}\nspec: {Container.SpecVersion}\n";
}
