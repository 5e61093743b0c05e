namespace Wharf.Cli.Templates;

/// <summary>A template that cannot be read, or asks for what is not there.</summary>
internal sealed class TemplateException(string message, bool whileParsing) : Exception(message)
{
    internal bool WhileParsing { get; } = whileParsing;
}
