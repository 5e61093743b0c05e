namespace Wharf.EngineApi.Containers;

/// <summary>An object without members: the value of a set.</summary>
public sealed record EmptyValue
{
}
