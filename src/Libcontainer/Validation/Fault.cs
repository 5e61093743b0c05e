namespace Wharf.Libcontainer.Validation;

/// <summary>What is wrong with a value of a spec, by its place in the document: "process.user.uid".</summary>
internal static class Fault
{
    // A value may be megabytes long; a line of a log may not.
    private const int MostLetters = 400;

    internal static ContainerException At(string place, string text) => new($"\"{Short(place)}\": {Short(text)}");

    /// <summary>A check that knows no places, for everything at one.</summary>
    internal static void Within(string place, Action check)
    {
        try
        {
            check();
        }
        catch (ContainerException error)
        {
            throw At(place, error.Message);
        }
    }

    private static string Short(string text) =>
        text.Length <= MostLetters ? text : $"{text.AsSpan(0, MostLetters / 2)}…{text.AsSpan(text.Length - (MostLetters / 2))}";
}
