class Markup extends Error {
  name = '<img src=x onerror=alert(1)>';
}

exports.handler = async () => {
  throw new Markup('<script>alert("message")</script>'); // </pre><script>alert("source")</script>
};
