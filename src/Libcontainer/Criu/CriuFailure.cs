namespace Wharf.Libcontainer.Criu;

/// <summary>A refusal by criu: what was asked of it, and the first error that it met, which need not be the cause.</summary>
internal sealed class CriuFailure(string step, string reason)
    : ContainerException(reason.Length > 0 ? $"{step}: {reason}" : step)
{
    internal string Step => step;
}
