export default function Page() {
  return <h1>Soup</h1>;
}
